import { setTimeout as sleep } from 'node:timers/promises';
import type { Outside } from './with-outside.ts';

const PAUSE_MS = 20;
const STANDSTILL_MS_MAX = 60_000;

/**
 * Waits until the ledger has decided on `transactions` of them and no chunk is queued anywhere. Throws after a minute in
 * which nothing moved.
 */
export async function waitUntilEmpty(
  outside: Pick<Outside, 'pg' | 'countQueued'>,
  ledger: string,
  transactions: number,
): Promise<void> {
  let seen = '';
  let movedAt = performance.now();
  while (true) {
    const [sequence, queued] = [await readSequence(outside, ledger), await outside.countQueued()];
    if (sequence >= transactions && queued === 0) {
      return;
    }
    if (seen !== `${sequence} ${queued}`) {
      seen = `${sequence} ${queued}`;
      movedAt = performance.now();
    } else if (performance.now() - movedAt > STANDSTILL_MS_MAX) {
      throw new Error(
        `nothing moves: ${sequence} of ${transactions} transactions are decided, ${queued} chunks are queued`,
      );
    }
    await sleep(PAUSE_MS);
  }
}

/** How many transactions the ledger has decided on: sequences are gapless. One row, so asking often costs nothing. */
async function readSequence({ pg }: Pick<Outside, 'pg'>, ledger: string): Promise<number> {
  const { rows } = await pg.query<{ sequence: string }>(
    'select sequence from ledgers_view where name = $1',
    [ledger],
  );
  return Number(rows[0]?.sequence ?? 0);
}
