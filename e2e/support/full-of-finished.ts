import { expect } from 'vitest';
import { type BulkFlood, type BulkPlan, countAccepted, floodWithBulks } from './bulk-flood.ts';
import { call } from './http.ts';
import { openWorld, withRedis, withSql } from './open-world.ts';
import { watchShard } from './shard-watch.ts';
import { drained, lawsHold } from './verify.ts';
import { report } from './verify-flood.ts';

export type FullPlan = Omit<BulkPlan, 'urls'> & {
  /** What Redis may use, in bytes, beyond what it uses before. */
  memoryBytes: number;
};

/**
 * Floods a fresh stack with bulks whose records and balances Redis has no room for. Whatever is accepted is posted, nothing is
 * refused but what waits too long in line, and Redis is never full.
 */
export async function fillWithFinished(name: string, plan: FullPlan): Promise<BulkFlood> {
  const world = await openWorld(name);
  try {
    const { stack } = world;
    for (const ledger of plan.ledgers)
      await call(`${stack.apiUrls[0]}/v1/ledgers/${ledger}`, 'PUT', {});
    const max = (await usedMemory(stack)) + plan.memoryBytes;
    await withRedis(stack, (redis) => redis.config('SET', 'maxmemory', String(max)));
    const watch = watchShard(stack, plan.ledgers[0] ?? '');
    const began = performance.now();
    const flood = await floodWithBulks({ ...plan, urls: stack.apiUrls });
    const seconds = Math.round((performance.now() - began) / 1_000);
    await drained(stack, 300_000);
    const memoryPercentMax = Math.round(watch.memoryPercentMax());
    watch.stop();
    const accepted = countAccepted(flood);
    const refused = Object.fromEntries(flood.overloaded);
    report(name, {
      accepted,
      seconds,
      refused,
      memoryPercentMax,
      usedBytes: await usedMemory(stack),
    });
    expect(flood.strange.slice(0, 3)).toEqual([]);
    // What waits has its limits; what is finished is none of them.
    for (const why of flood.overloaded.keys())
      expect(why).toMatch(/^(as many (commands|bytes) of|what waits takes)/);
    expect(memoryPercentMax).toBeLessThan(100);
    const posted = await withSql(stack, (client) =>
      client.query<{ name: string; count: string }>(
        `select l.name, count(*) from transactions t join ledgers l on l.id = t.ledger_id
         where t.status = 'posted' group by l.name`,
      ),
    );
    expect(new Map(posted.rows.map(({ name, count }) => [name, Number(count)]))).toEqual(
      flood.accepted,
    );
    await lawsHold(stack);
    return flood;
  } finally {
    await world.close();
  }
}

async function usedMemory(stack: Parameters<typeof withRedis>[0]): Promise<number> {
  const info = await withRedis(stack, (redis) => redis.info('memory'));
  return Number(/^used_memory:(\d+)/m.exec(info)?.[1]);
}
