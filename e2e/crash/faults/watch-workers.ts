import { setTimeout as delay } from 'node:timers/promises';
import type { ManagedProcess } from '@razao/stack/processes/process-spec.ts';
import type { Scene } from './fault.ts';

const SILENT_MS_MAX = 2_000;
const POLL_MS = 100;

/** Does a supervisor's work until it is ended: starts workers again that have died, `restartMs` later, and kills the silent. */
export function watchWorkers(
  { signal }: Scene,
  workers: readonly ManagedProcess[],
  restartMs: number,
  onDeath: () => void,
): { end(): Promise<void> } {
  const ended = new AbortController();
  const over = AbortSignal.any([signal, ended.signal]);
  const wait = (ms: number) => delay(ms, undefined, { signal: over }).catch(() => {});
  const watching = Promise.all(workers.map(watch));

  async function watch(worker: ManagedProcess): Promise<void> {
    while (!over.aborted) {
      if (worker.pid === null) {
        onDeath();
        await wait(restartMs);
        // One that dies before it answers is started again in the next turn.
        if (!over.aborted) await worker.start().catch(() => {});
      } else if (await isSilent(worker)) {
        await worker.kill();
      }
      await wait(POLL_MS);
    }
  }

  return {
    async end() {
      ended.abort();
      await watching;
    },
  };
}

async function isSilent({ url }: ManagedProcess): Promise<boolean> {
  const asked = fetch(`${url}/livez`, { signal: AbortSignal.timeout(SILENT_MS_MAX) });
  return await asked.then(
    (answer) => answer.text().then(() => false),
    (error: Error) => error.name === 'TimeoutError',
  );
}
