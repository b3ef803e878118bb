import { expect, test } from 'vitest';
import { shardOf } from './shard.ts';

/** Computed with another implementation: a ledger that changed its shard would have two committers. */
test.each([
  ['main', 4, 1],
  ['other', 4, 0],
  ['a', 4, 2],
  ['razao-7', 4, 2],
  ['main', 256, 121],
  ['razao-7', 256, 182],
  ['main', 1, 0],
])('invariant 4: ledger %s of %d shards is for ever in shard %d', (ledger, shards, shard) => {
  expect(shardOf(ledger, shards)).toBe(shard);
});

test('ledgers spread evenly', () => {
  const counts = Array.from({ length: 16 }, () => 0);
  for (let i = 0; i < 16_000; i++) {
    const shard = shardOf(`ledger-${i}`, 16);
    counts[shard] = (counts[shard] ?? 0) + 1;
  }
  for (const count of counts) expect(Math.abs(count - 1_000)).toBeLessThan(150);
});
