import { join } from 'node:path';
import { RAZAO_DIRECTORY } from '../paths.ts';
import { lockByPid } from '../pid-lock.ts';
import { SetupError } from '../services/service.ts';

const LOCK = join(RAZAO_DIRECTORY, 'test-run.pid');

/** Test runs with services share ports and a data folder, so there is one at a time. Returns the unlock. */
export function lockTestRun(file = LOCK): () => void {
  return lockByPid({
    file,
    program: /test\.ts/,
    busy: (pid) => new SetupError(`tests run already in this checkout (pid ${pid}): wait for them`),
  });
}
