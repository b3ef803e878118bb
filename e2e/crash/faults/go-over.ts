import { goOverRecent } from '../load/replayer.ts';
import type { Scene } from './fault.ts';

/** Reads, reuses and replays the youngest requests of some ledgers, until all of it is answered. */
export async function goOver(
  { stack, load, random, round, pick }: Scene,
  ledgers: readonly string[],
  count: number,
): Promise<void> {
  await Promise.all(
    ledgers.map((ledger) =>
      goOverRecent(
        {
          stack,
          journal: load.journal,
          name: `${ledger}-looker-${round}`,
          ledger,
          number: pick,
          random,
          waitShare: 0,
        },
        count,
      ),
    ),
  );
}
