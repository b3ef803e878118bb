import { lockByPid } from '@razao/stack/pid-lock.ts';

/**
 * Claims the stack that load tests bring up: two on the same services would take each other's chunks out of the queue.
 * Returns the function that lets go of it.
 */
export function lockLoad(file: string): () => void {
  return lockByPid({
    file,
    program: /loadtest/,
    busy: (pid) =>
      new Error(`a load test with a stack of its own runs already (pid ${pid}): wait for it`),
  });
}
