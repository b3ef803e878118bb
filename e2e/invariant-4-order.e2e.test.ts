import { until } from '@razao/stack/test/until.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { call } from './support/http.ts';
import { lockHolder } from './support/lock-holder.ts';
import { openWorld, type World, withRedis, withSql } from './support/open-world.ts';
import { startTraffic, type Traffic } from './support/traffic.ts';
import { promisesKept } from './support/verify.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld('order', { workers: 2 });
});
afterAll(() => world?.close());

test('invariant 4: a standby takes over from a killed committer within 2 s, in order', async () => {
  const { stack } = world;
  const traffic = await begin('killed');
  for (let round = 0; round < 2; round++) {
    const victim = await lockHolder(stack, 'killed');
    const posted = await newestPosted('killed');
    await victim.kill();
    await until(
      'something new is posted',
      async () => (await newestPosted('killed')) > posted,
      20_000,
    );
    await victim.start();
  }
  await end('killed', traffic);
});

test('invariant 4: every connection to Redis and Postgres cut, again and again: nothing lost, twice or out of order', async () => {
  const { stack } = world;
  const traffic = await begin('cut');
  for (let round = 0; round < 4; round++) {
    const before = traffic.accepted();
    await withRedis(stack, (redis) =>
      redis.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes'),
    );
    if (round % 2 === 1) {
      await withSql(stack, (client) =>
        client.query(
          `select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and application_name like 'razao%'`,
        ),
      );
    }
    await until('traffic flows again', () => traffic.accepted() > before + 200);
  }
  await end('cut', traffic);
});

test('invariant 4: Postgres killed -9 under load and started again: accepted meanwhile, posted after, in order', async () => {
  const { stack } = world;
  const traffic = await begin('database');
  await stack.services.postgres.kill();
  const before = traffic.accepted();
  await until('writes are accepted without Postgres', () => traffic.accepted() > before + 100);
  await stack.services.postgres.start();
  const posted = await newestPosted('database');
  await until(
    'something new is posted',
    async () => (await newestPosted('database')) > posted,
    60_000,
  );
  await end('database', traffic);
});

async function begin(ledger: string): Promise<Traffic> {
  await call(`${world.stack.apiUrls[0]}/v1/ledgers/${ledger}`, 'PUT', {});
  const traffic = startTraffic(world.stack, ledger, 8);
  await until('traffic flows', () => traffic.accepted() > 200);
  return traffic;
}

async function end(ledger: string, traffic: Traffic): Promise<void> {
  const promised = await traffic.finish();
  expect(traffic.strange()).toEqual([]);
  await promisesKept(world.stack, ledger, promised);
}

async function newestPosted(ledger: string): Promise<number> {
  const { rows } = await withSql(world.stack, (client) =>
    client.query<{ last: string }>('select next_sequence as last from ledgers where name = $1', [
      ledger,
    ]),
  );
  return Number(rows[0]?.last);
}
