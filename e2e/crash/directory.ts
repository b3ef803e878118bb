import { join } from 'node:path';
import { RAZAO_DIRECTORY } from '@razao/stack/paths.ts';
import { lockByPid } from '@razao/stack/pid-lock.ts';

/** Where `npm run crash` keeps the data and logs of its stack. */
export const CRASH_DIRECTORY = join(RAZAO_DIRECTORY, 'crash');

/** Claims the folder; returns the unlock. */
export function lockCrash(): () => void {
  return lockByPid({
    file: `${CRASH_DIRECTORY}.pid`,
    program: /crash\/main\.ts/,
    busy: (pid) => new Error(`a crash run is under way already (pid ${pid}): wait for it`),
  });
}
