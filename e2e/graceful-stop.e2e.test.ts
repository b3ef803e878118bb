import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { TEST_DIRECTORY } from '@razao/stack/paths.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { call } from './support/http.ts';
import { openWorld, type World } from './support/open-world.ts';
import { until } from './support/poll.ts';
import { startTraffic } from './support/traffic.ts';
import { promisesKept } from './support/verify.ts';

const DEADLINE_MS = 10_000;

let world: World;
beforeAll(async () => {
  world = await openWorld('stop', { apis: 2, workers: 2 });
});
afterAll(() => world?.close());

test('a SIGTERM under load to each process in turn: each stops within its deadline, nothing is lost or out of order', async () => {
  const { stack } = world;
  await call(`${stack.apiUrls[0]}/v1/ledgers/stop`, 'PUT', {});
  const traffic = startTraffic(stack, 'stop', 8);
  await until('traffic flows', () => traffic.accepted() > 200);
  for (const process of stack.processes) {
    const before = traffic.accepted();
    expect(await timed(() => process.kill('SIGTERM'))).toBeLessThan(DEADLINE_MS);
    await process.start();
    await until('traffic flows on', () => traffic.accepted() > before + 100);
  }
  const promised = await traffic.finish();
  expect(traffic.strange()).toEqual([]);
  await promisesKept(stack, 'stop', promised);
  expect(logs()).not.toContain('not stopped within the deadline');
});

test('a worker and an API stop within their deadline although Redis is down', async () => {
  const { stack } = world;
  await stack.services.redis.kill();
  for (const process of [stack.apis[0], stack.workers[0]]) {
    expect(await timed(() => process?.kill('SIGTERM'))).toBeLessThan(DEADLINE_MS);
  }
  expect(logs()).not.toContain('not stopped within the deadline');
  await stack.services.redis.start();
});

async function timed(work: () => Promise<void> | undefined): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

function logs(): string {
  const folder = join(TEST_DIRECTORY, 'e2e-stop/logs');
  return ['api', 'api-2', 'worker', 'worker-2']
    .map((name) => readFileSync(join(folder, `${name}.log`), 'utf8'))
    .join('');
}
