import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';

export type Launch = {
  command: string;
  args: string[];
  logFile: string;
  cwd: string;
  user?: { uid: number; gid: number } | undefined;
};

/**
 * Starts a server in a session of its own, its output appended to a log file, and returns its pid. It gets no Ctrl-C of
 * our terminal (Postgres and Redis would take it for "stop now") and survives us; the next start adopts it.
 */
export function launchDetached({ command, args, logFile, cwd, user }: Launch): number {
  mkdirSync(dirname(logFile), { recursive: true });
  const log = openSync(logFile, 'a');
  try {
    const child = spawn(command, args, {
      cwd,
      detached: true,
      stdio: ['ignore', log, log],
      // Messages are matched by text, so they must not follow the reader's language.
      env: { ...process.env, LC_ALL: 'C', LC_MESSAGES: 'C' },
      ...user,
    });
    // A command that cannot be started is reported by its missing pid, not by an event nobody awaits.
    child.once('error', () => {});
    child.unref();
    if (child.pid === undefined) {
      throw new Error(`cannot start ${command}`);
    }
    return child.pid;
  } finally {
    closeSync(log);
  }
}

/** The last lines of a log, for an error message. */
export function logTail(logFile: string, lines = 5): string {
  try {
    return readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-lines).join('\n');
  } catch {
    return '(no log)';
  }
}
