import { setTimeout as delay } from 'node:timers/promises';
import { until } from '@razao/stack/test/until.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { call, transfer } from './support/http.ts';
import { openWorld, type World, withSql } from './support/open-world.ts';
import { startTraffic } from './support/traffic.ts';
import { drained, lawsHold, promisesKept } from './support/verify.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld('bad-day');
});
afterAll(() => world?.close());

test('invariant 9: a column that is missing for a while rejects nobody', async () => {
  const { stack } = world;
  await call(`${stack.apiUrls[0]}/v1/ledgers/bad-day`, 'PUT', {});
  const traffic = startTraffic(stack, 'bad-day', 8);
  await until('traffic flows', () => traffic.accepted() > 200);
  await withSql(stack, async (client) => {
    await client.query('alter table entries rename column amount to amounts');
    await delay(1_500);
    await client.query('alter table entries rename column amounts to amount');
  });
  const before = traffic.accepted();
  await until('traffic flows on', () => traffic.accepted() > before + 200);
  const promised = await traffic.finish();
  expect(traffic.strange()).toEqual([]);
  await promisesKept(stack, 'bad-day', promised);
});

test('invariant 9: a command that the database refuses fails alone, and its neighbours are posted in order', async () => {
  const { stack } = world;
  const url = `${stack.apiUrls[0]}/v1/ledgers/poison`;
  await call(url, 'PUT', {});
  await withSql(stack, (client) =>
    client.query(`alter table transactions add constraint poison check (description <> 'poison')`),
  );
  const keys = Array.from({ length: 40 }, (_, n) => n);
  const answers = await Promise.all(
    keys.map((n) =>
      call(
        `${url}/transactions`,
        'POST',
        { ...transfer('world', `a:${n}`, 1), description: n === 17 ? 'poison' : 'fine' },
        { 'Idempotency-Key': `key-${n}`, Prefer: 'wait=10' },
      ),
    ),
  );
  expect(answers.map(({ status }) => status)).toEqual(keys.map((n) => (n === 17 ? 422 : 201)));
  expect(answers[17]?.body['code']).toBe('processing_failed');
  const stored = await call(
    `${url}/transactions/${(answers[17]?.body['transaction'] as { id: string } | undefined)?.id}`,
    'GET',
  );
  expect(stored.body).toMatchObject({ status: 'rejected', postings: [], description: null });
  await drained(stack);
  await lawsHold(stack);
});
