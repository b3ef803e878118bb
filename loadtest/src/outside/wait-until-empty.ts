import { setTimeout as sleep } from 'node:timers/promises';
import type { Outside } from './with-outside.ts';

const PAUSE_MS = 20;

export type Patience = {
  /** Nothing is queued and the number of transactions has stood still for so long: no more will come. */
  quietMs: number;
  /** Something is queued, but nobody works on it. */
  standstillMs: number;
};

const PATIENCE: Patience = { quietMs: 3_000, standstillMs: 60_000 };

/**
 * Waits until the ledger has decided on `transactions` of them and no chunk is queued anywhere. Returns also when the queue
 * is empty but some are missing, which is for others to find out; throws when a queue that is not stands still.
 */
export async function waitUntilEmpty(
  outside: Pick<Outside, 'countDecided' | 'countQueued'>,
  ledger: string,
  transactions: number,
  { quietMs, standstillMs }: Patience = PATIENCE,
): Promise<void> {
  let seen = '';
  let movedAt = performance.now();
  while (true) {
    const decided = await outside.countDecided(ledger);
    const queued = await outside.countQueued();
    if (decided >= transactions && queued === 0) {
      return;
    }
    if (seen !== `${decided} ${queued}`) {
      seen = `${decided} ${queued}`;
      movedAt = performance.now();
    }
    const stoodMs = performance.now() - movedAt;
    if (queued === 0 && stoodMs > quietMs) {
      return;
    }
    if (stoodMs > standstillMs) {
      throw new Error(
        `nothing moves: ${decided} of ${transactions} transactions are decided, ${queued} chunks are queued`,
      );
    }
    await sleep(PAUSE_MS);
  }
}
