import { readKeys } from '@razao/shared/runtime/bond.ts';
import { runChecks } from '@razao/sql/check.ts';
import type { Stack } from '@razao/stack/stack-options.ts';
import { until } from '@razao/stack/test/until.ts';
import { expect } from 'vitest';
import { withRedis, withSql } from './open-world.ts';
import type { Promised } from './traffic.ts';

const SHARDS = 4;

/** Waits until no shard has a chunk waiting or active. */
export async function drained(stack: Stack, msMax = 120_000): Promise<void> {
  await withRedis(stack, (redis) =>
    until(
      'the queue is empty',
      async () => {
        for (const { tag } of await readKeys(redis, SHARDS)) {
          const key = (state: string) => `${tag}:chunks:${state}`;
          // At one instant: a chunk that passes from one list to the other would be in neither.
          const lengths = await redis.multi().llen(key('wait')).llen(key('active')).exec();
          const queued = (lengths ?? []).map(([, length]) => Number(length));
          if (queued.some((chunks) => chunks > 0)) return false;
        }
        return true;
      },
      msMax,
    ),
  );
}

/** Every law of the ledger holds, no chunk is where none may be, and what waits is counted right. */
export async function lawsHold(stack: Stack): Promise<void> {
  expect(await withSql(stack, runChecks)).toEqual([]);
  await withRedis(stack, async (redis) => {
    for (const { tag } of await readKeys(redis, SHARDS)) {
      expect(await redis.zcard(`${tag}:chunks:failed`)).toBe(0);
      expect(await redis.hlen(`${tag}:aside`)).toBe(0);
      await until('what waits is counted right', async () => {
        const key = (part: string) => `${tag}:chunks:${part}`;
        const replies = await redis
          .multi()
          .hget(key('backlog'), 'chunks')
          .llen(key('wait'))
          .llen(key('active'))
          .exec();
        const [noted, waiting, active] = (replies ?? []).map(([, reply]) => Number(reply));
        return noted === Number(waiting) + Number(active);
      });
    }
  });
}

/**
 * Nothing that was promised is lost, twice or out of order: every id of a 202 is posted once, and per client the sequences
 * rise in the order of its 202s. Nothing was rejected, so no withdrawal ever overtook its deposit; a test that makes
 * rejections of its own says how many.
 */
export async function promisesKept(
  stack: Stack,
  ledger: string,
  promised: readonly Promised[],
  { rejectedElsewhere = 0 } = {},
): Promise<void> {
  await drained(stack);
  const rows = await withSql(stack, async (client) => {
    const result = await client.query<{
      id: string;
      status: string;
      sequence: string;
      rejection: unknown;
    }>(
      `select t.id, t.status, t.sequence, t.rejection from transactions t join ledgers l on l.id = t.ledger_id where l.name = $1`,
      [ledger],
    );
    return result.rows;
  });
  const stored = new Map(rows.map((row) => [row.id, row]));
  expect(stored.size, 'ids are unique').toBe(rows.length);
  const rejected = rows.filter((row) => row.status !== 'posted');
  expect(rejected.length, `rejected: ${JSON.stringify(rejected[0])}`).toBe(rejectedElsewhere);
  for (const { ids } of promised) {
    const sequences = ids.map((id) => Number(stored.get(id)?.sequence ?? Number.NaN));
    expect(sequences.filter(Number.isNaN), 'nothing is lost').toEqual([]);
    expect(sequences, 'nothing is out of order').toEqual(sequences.toSorted((a, b) => a - b));
  }
  await lawsHold(stack);
}
