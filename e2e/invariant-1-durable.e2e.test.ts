import { until } from '@razao/stack/test/until.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { call, transfer } from './support/http.ts';
import { openWorld, type World, withRedis } from './support/open-world.ts';
import { startTraffic } from './support/traffic.ts';
import { promisesKept } from './support/verify.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld('durable');
});
afterAll(() => world?.close());

test('invariant 1: what was accepted survives kill -9 of Redis under load', async () => {
  const { stack } = world;
  const [api] = stack.apiUrls;
  await call(`${api}/v1/ledgers/durable`, 'PUT', {});
  const traffic = startTraffic(stack, 'durable', 8);
  await until('traffic flows', () => traffic.accepted() > 300);
  await stack.services.redis.kill();
  const before = traffic.accepted();
  await stack.services.redis.start();
  await until('traffic flows again', () => traffic.accepted() > before + 300);
  const promised = await traffic.finish();
  expect(traffic.strange()).toEqual([]);
  await promisesKept(stack, 'durable', promised);
});

test('invariant 1: neither API nor worker works with a Redis that does not fsync every write', async () => {
  const { stack } = world;
  const url = `${stack.apiUrls[0]}/v1/ledgers/guarded`;
  await call(url, 'PUT', {});
  const post = (key: string) =>
    call(`${url}/transactions`, 'POST', transfer('world', 'a', 1), { 'Idempotency-Key': key });
  expect((await post('first')).status).toBe(202);
  await reconfigure('everysec');
  await until('the API refuses', async () => (await post('second')).status === 503);
  const ready = await fetch(`${stack.workerUrls[0]}/readyz`);
  await until('the worker says why', async () =>
    (await workerFault()).includes('appendfsync is everysec'),
  );
  expect(ready.headers.get('content-type')).toContain('json');
  await reconfigure('always');
  await until('the API accepts again by itself', async () => (await post('third')).status === 202);
  const posted = await call(
    `${url}/transactions/${(await post('third')).body['id']}?wait=10`,
    'GET',
  );
  expect(posted.body['status']).toBe('posted');

  async function workerFault(): Promise<string> {
    return await (await fetch(`${stack.workerUrls[0]}/readyz`)).text();
  }
});

/** Another setting, and every connection cut, as after a failover to another server. */
async function reconfigure(appendfsync: string): Promise<void> {
  await withRedis(world.stack, async (redis) => {
    await redis.config('SET', 'appendfsync', appendfsync);
    await redis.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
  });
}
