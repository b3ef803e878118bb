import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { RAZAO_DIRECTORY } from '../paths.ts';
import { commandLine, isAlive } from '../processes/alive.ts';
import { SetupError } from '../services/service.ts';

const LOCK = join(RAZAO_DIRECTORY, 'test-run.pid');

/** Test runs with services share ports and a data folder, so there is one at a time. Returns the unlock. */
export function lockTestRun(file = LOCK): () => void {
  const holder = readHolder(file);
  if (holder !== null) {
    throw new SetupError(`tests run already in this checkout (pid ${holder}): wait for them`);
  }
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, String(process.pid));
  return () => rmSync(file, { force: true });
}

function readHolder(file: string): number | null {
  try {
    const pid = Number(readFileSync(file, 'utf8'));
    const running = pid !== process.pid && isAlive(pid) && /test\.ts/.test(commandLine(pid));
    return running ? pid : null;
  } catch {
    return null;
  }
}
