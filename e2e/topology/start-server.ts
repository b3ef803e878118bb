import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { until } from '@razao/stack/test/until.ts';

export type Server = { stop(): Promise<void> };

/** Starts a server of the operating system, in the test's own group so that it cannot outlive it; `url` must answer. */
export async function startServer(
  program: string,
  args: readonly string[],
  { url, logFile }: { url: string; logFile: string },
): Promise<Server> {
  // A file, not a pipe: Node's pipes are sockets, which cannot be opened as /dev/stdout.
  const log = openSync(logFile, 'a');
  const child = spawn(program, args, { stdio: ['ignore', log, log] });
  closeSync(log);
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  process.once('exit', () => child.kill('SIGKILL'));
  await until(`${program} answers, see ${logFile}`, async () => {
    if (child.exitCode !== null) throw new Error(`${program} has ended`);
    await fetch(url, { signal: AbortSignal.timeout(500) });
    return true;
  });
  return {
    async stop() {
      child.kill('SIGTERM');
      await Promise.race([ended, delay(3_000, undefined, { ref: false })]);
      child.kill('SIGKILL');
      await ended;
    },
  };
}
