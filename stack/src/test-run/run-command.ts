import { spawn } from 'node:child_process';
import { ROOT } from '../paths.ts';

/** Runs a script under this Node with our output, and resolves with its exit code. An abort kills it with all it started. */
export function runCommand(
  command: string[],
  env: Record<string, string>,
  signal: AbortSignal,
): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, command, {
      cwd: ROOT,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, ...env },
      // A group of its own, so that an abort reaches its workers too.
      detached: true,
    });
    const abort = () => {
      if (child.pid !== undefined) {
        process.kill(-child.pid, 'SIGKILL');
      }
    };
    signal.addEventListener('abort', abort, { once: true });
    child.once('error', () => resolve(1));
    child.once('exit', (code) => {
      signal.removeEventListener('abort', abort);
      resolve(code ?? 1);
    });
  });
}
