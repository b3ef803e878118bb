import { until } from '@razao/stack/test/until.ts';
import { startTestRedis, type TestRedis } from '@razao/stack/test-redis.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { call } from './support/http.ts';
import { openWorld, type World, withSql } from './support/open-world.ts';
import { drained, lawsHold } from './support/verify.ts';

let world: World;
let redis: TestRedis;
beforeAll(async () => {
  redis = await startTestRedis({ maxMemory: '24mb' });
  world = await openWorld('bounded', { services: { redis } });
});
afterAll(async () => {
  await world?.close();
  await redis?.remove();
});

test('invariant 12: a backlog that fills Redis is refused before admission, and what was accepted before is posted', async () => {
  const { stack } = world;
  const url = `${stack.apiUrls[0]}/v1/ledgers/bounded`;
  await call(url, 'PUT', {});
  for (const worker of stack.workers) await worker.stop();
  const accepted: string[] = [];
  const refused: string[] = [];
  const postings = Array.from({ length: 100 }, (_, n) => ({
    source: 'world',
    destination: `a:${n}`,
    asset: 'BRL/2',
    amount: '1',
  }));
  async function fill(client: number): Promise<void> {
    for (let n = 0; refused.length < 20; n++) {
      const key = `${client}-${n}`;
      const answer = await call(
        `${url}/transactions`,
        'POST',
        { postings },
        { 'Idempotency-Key': key },
      );
      if (answer.status === 202) accepted.push(String(answer.body['id']));
      else {
        expect([answer.status, answer.body['code']]).toEqual([503, 'overloaded']);
        expect(answer.headers.get('retry-after')).toBe('1');
        refused.push(key);
      }
    }
  }
  await Promise.all(Array.from({ length: 8 }, (_, client) => fill(client)));
  expect(accepted.length).toBeGreaterThan(100);
  await Promise.all(stack.workers.map((worker) => worker.start()));
  await drained(stack);
  const { rows } = await withSql(stack, (client) =>
    client.query<{ id: string; status: string }>('select id, status from transactions'),
  );
  expect(rows.filter(({ status }) => status !== 'posted')).toEqual([]);
  expect(rows.map(({ id }) => id).sort()).toEqual(accepted.sort());
  await lawsHold(stack);
  await until('writes are accepted again', async () => {
    const again = await call(
      `${url}/transactions`,
      'POST',
      { postings },
      { 'Idempotency-Key': String(refused[0]) },
    );
    return again.status === 202;
  });
});
