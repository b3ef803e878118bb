import { shardOf } from '@razao/shared/runtime/shard.ts';
import { ledgerOf, type Scene } from './fault.ts';

/** Names for the ledger that is lost and for the one that is created after it, in the shard of the round's ledger. */
export type RewindLedgers = { lost: string; other: string };

export function drawLedgers(scene: Scene): RewindLedgers {
  const { round, stack } = scene;
  const shard = shardOf(ledgerOf(scene), stack.shards);
  const name = (kind: string) => {
    for (let n = 0; ; n++) {
      const candidate = `${kind}-${round}-${n}`;
      if (shardOf(candidate, stack.shards) === shard) return candidate;
    }
  };
  return { lost: name('lost'), other: name('other') };
}
