import { until } from '@razao/stack/test/until.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { call } from './support/http.ts';
import { lockHolder } from './support/lock-holder.ts';
import { openWorld, type World, withSql } from './support/open-world.ts';
import { startTraffic } from './support/traffic.ts';
import { promisesKept } from './support/verify.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld('fencing', { workers: 2 });
});
afterAll(() => world?.close());

test('invariant 5: a committer that is stopped loses its lock, and does nothing stale when it wakes', async () => {
  const { stack } = world;
  await call(`${stack.apiUrls[0]}/v1/ledgers/fencing`, 'PUT', {});
  const traffic = startTraffic(stack, 'fencing', 8);
  await until('traffic flows', () => traffic.accepted() > 200);
  const stopped = await lockHolder(stack, 'fencing');
  await stopped.kill('SIGSTOP');
  const before = await posted();
  await until('the standby posts', async () => (await posted()) > before + 50, 80_000);
  await stopped.kill('SIGCONT');
  const woken = await posted();
  await until('traffic flows on', async () => (await posted()) > woken + 300);
  expect((await lockHolder(stack, 'fencing')).name).not.toBe(stopped.name);
  const promised = await traffic.finish();
  expect(traffic.strange()).toEqual([]);
  await promisesKept(stack, 'fencing', promised);
});

async function posted(): Promise<number> {
  const { rows } = await withSql(world.stack, (client) =>
    client.query<{ count: string }>('select count(*) from transactions'),
  );
  return Number(rows[0]?.count);
}
