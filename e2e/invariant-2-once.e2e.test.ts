import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Answer, call, transfer } from './support/http.ts';
import { openWorld, type World, withRedis, withSql } from './support/open-world.ts';
import { drained, lawsHold } from './support/verify.ts';

const KEYS = 100;
const CONNECTIONS = 200;

let world: World;
beforeAll(async () => {
  world = await openWorld('once', { apis: 2 });
});
afterAll(() => world?.close());

test('invariant 2: 200 connections send the same 100 keys, and Redis forgets everything but the queue: 100 transactions', async () => {
  const { stack } = world;
  await call(`${stack.apiUrls[0]}/v1/ledgers/storm`, 'PUT', {});
  const ids = new Map<string, Set<string>>();
  const strange: string[] = [];
  const deadline = performance.now() + 6_000;
  let reused = 0;

  async function run(connection: number): Promise<void> {
    for (let n = connection; performance.now() < deadline; n++) {
      const key = `storm-${n % KEYS}`;
      const conflicting = n % 20 === 0 && ids.has(key);
      const api = stack.apiUrls[n % 2];
      const body = transfer('world', `a:${n % KEYS}`, (n % KEYS) + (conflicting ? 1_000 : 1));
      const answer = await call(`${api}/v1/ledgers/storm/transactions`, 'POST', body, {
        'Idempotency-Key': key,
      });
      judge(key, conflicting, answer);
    }
  }
  function judge(key: string, conflicting: boolean, { status, body }: Answer): void {
    if (!conflicting && status === 202) remember(key, String(body['id']));
    else if (conflicting && body['code'] === 'idempotency_key_reused') reused += 1;
    // Right after Redis was emptied it does not know the first body; the ledger does, and keeps the first.
    else if (!conflicting || status !== 202) strange.push(`${status} ${JSON.stringify(body)}`);
  }
  function remember(key: string, id: string): void {
    const known = ids.get(key) ?? new Set();
    ids.set(key, known.add(id));
  }
  const forgetting = forgetRecordsAfter(3_000);
  await Promise.all(Array.from({ length: CONNECTIONS }, (_, connection) => run(connection)));
  await forgetting;

  expect(strange).toEqual([]);
  expect(reused).toBeGreaterThan(0);
  expect(ids.size).toBe(KEYS);
  expect([...ids.values()].filter((set) => set.size > 1)).toEqual([]);
  await drained(stack);
  const rows = await withSql(stack, (client) =>
    client.query<{ id: string; amount: string }>(
      `select t.id, t.postings -> 0 ->> 3 as amount from transactions t join ledgers l on l.id = t.ledger_id where l.name = 'storm'`,
    ),
  );
  expect(rows.rows.map((row) => row.id).sort()).toEqual(
    [...ids.values()].flatMap((set) => [...set]).sort(),
  );
  expect(rows.rows.filter((row) => Number(row.amount) > KEYS)).toEqual([]);
  await lawsHold(stack);
});

/** Deletes every key of Redis but the queue's, as an eviction or a careless hand would. */
async function forgetRecordsAfter(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms));
  await withRedis(world.stack, async (redis) => {
    const keys = (await redis.keys('*')).filter((key) => !key.includes(':chunks'));
    expect(keys.length).toBeGreaterThan(KEYS);
    await redis.del(...keys);
  });
}
