import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { commandLine, isAlive } from './processes/alive.ts';

export type PidLock = {
  file: string;
  /** What the command line of a holder looks like: a pid is given to another program some day. */
  program: RegExp;
  /** What to throw while another process holds it. */
  busy: (pid: number) => Error;
};

/** Claims something for this process by a file with its pid. Returns the unlock; a dead holder is passed over. */
export function lockByPid({ file, program, busy }: PidLock): () => void {
  const holder = readHolder(file, program);
  if (holder !== null) {
    throw busy(holder);
  }
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, String(process.pid));
  return () => rmSync(file, { force: true });
}

function readHolder(file: string, program: RegExp): number | null {
  try {
    const pid = Number(readFileSync(file, 'utf8'));
    const runs = pid !== process.pid && isAlive(pid) && program.test(commandLine(pid));
    return runs ? pid : null;
  } catch {
    return null;
  }
}
