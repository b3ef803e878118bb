import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { commandLine, isAlive } from '@razao/stack/processes/alive.ts';

/**
 * Claims the stack that load tests bring up: two on the same services would take each other's chunks out of the queue.
 * Returns the function that lets go of it.
 */
export function lockLoad(file: string): () => void {
  const holder = readHolder(file);
  if (holder !== null) {
    throw new Error(
      `a load test with a stack of its own runs already (pid ${holder}): wait for it`,
    );
  }
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, String(process.pid));
  return () => rmSync(file, { force: true });
}

function readHolder(file: string): number | null {
  try {
    const pid = Number(readFileSync(file, 'utf8'));
    // A pid is given to another program some day.
    const runs = pid !== process.pid && isAlive(pid) && /loadtest/.test(commandLine(pid));
    return runs ? pid : null;
  } catch {
    return null;
  }
}
