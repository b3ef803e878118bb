import { shardOf } from '@razao/shared/runtime/shard.ts';
import { expect, test } from 'vitest';
import { ledgerNames } from './ledger-names.ts';

test('several ledgers are on shards in turn, and no two have one name', () => {
  const names = ledgerNames('bulk', 6);
  expect(names.map((name) => shardOf(name, 4))).toEqual([0, 1, 2, 3, 0, 1]);
  expect(new Set(names).size).toBe(6);
});
