import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { RAZAO_DIRECTORY } from './paths.ts';
import { commandLine, isAlive, sendSignal, waitForExit } from './processes/alive.ts';

/** What a running `npm start` tells others: the load generator, the queue tool, a second `npm start`. */
export type RunFile = {
  pid: number;
  apiUrl: string;
  workerUrl: string;
  databaseUrl: string;
  redisUrl: string;
  processes: { name: string; pid: number | null; port: number }[];
  services: { name: string; pid: number | null; url: string }[];
};

const RUN_FILE = join(RAZAO_DIRECTORY, 'run.json');

/** The stack that runs now, or null: no file, or its `npm start` is dead. */
export function readRun(file = RUN_FILE): RunFile | null {
  const run = parse(file);
  return run !== null && isStart(run.pid) ? run : null;
}

/** Writes the file whole: a reader never sees half of it. Only its owner may read it, it holds a password. */
export function writeRun(run: RunFile, file = RUN_FILE): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.new`, `${JSON.stringify(run, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

/** Deletes the file. */
export function removeRun(file = RUN_FILE): void {
  rmSync(file, { force: true });
}

/**
 * Ends API and worker processes of an `npm start` that was killed, should they still be on their way out, and forgets its
 * file. Services stay: they are adopted.
 */
export async function sweepStaleRun(file = RUN_FILE): Promise<void> {
  for (const { pid } of parse(file)?.processes ?? []) {
    if (pid !== null && isAlive(pid) && /main\.ts/.test(commandLine(pid))) {
      sendSignal(pid, 'SIGTERM');
      if (!(await waitForExit(pid, 15_000))) {
        sendSignal(pid, 'SIGKILL');
      }
    }
  }
  removeRun(file);
}

function isStart(pid: number): boolean {
  return pid === process.pid || (isAlive(pid) && /start\.ts/.test(commandLine(pid)));
}

function parse(file: string): RunFile | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return null;
  }
}
