import { until } from '@razao/stack/test/until.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { call } from './support/http.ts';
import { openWorld, type World } from './support/open-world.ts';
import { startTraffic } from './support/traffic.ts';
import { promisesKept } from './support/verify.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld('admission', { apis: 2 });
});
afterAll(() => world?.close());

test('invariant 3: an API killed between admission and queue leaves no key that cannot be used', async () => {
  const { stack } = world;
  await call(`${stack.apiUrls[0]}/v1/ledgers/admission`, 'PUT', {});
  const traffic = startTraffic(stack, 'admission', 12);
  await until('traffic flows', () => traffic.accepted() > 300);
  for (const api of [...stack.apis, ...stack.apis]) {
    const before = traffic.accepted();
    await api.kill();
    await until('the other API takes it all', () => traffic.accepted() > before + 200);
    await api.start();
  }
  const promised = await traffic.finish();
  expect(traffic.strange()).toEqual([]);
  await promisesKept(stack, 'admission', promised);
});
