import { shardOf } from '@razao/shared/runtime/shard.ts';
import { expect, test } from 'vitest';
import { ledgerNames } from './ledgers.ts';

test('the ledgers use every shard, and one of them twice', () => {
  for (const shards of [1, 4, 7]) {
    const names = ledgerNames(shards);
    const used = names.map((name) => shardOf(name, shards));
    expect([names.length, new Set(names).size, new Set(used).size]).toEqual([
      shards + 1,
      shards + 1,
      shards,
    ]);
  }
});
