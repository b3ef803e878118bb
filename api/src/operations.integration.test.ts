import { PROBLEMS } from '@razao/shared/contract/problems.ts';
import { REJECTIONS } from '@razao/shared/contract/rejections.ts';
import { until } from '@razao/stack/test/until.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { transfer } from '../test/client.ts';
import { openTestApi, SHARDS, type TestApi } from '../test/open-test-api.ts';
import { expectProblem } from '../test/problem.ts';

const NO_KEY = { Authorization: null };
const ALL_SHARDS = Array.from({ length: SHARDS }, (_, shard) => shard);

let api: TestApi;

beforeAll(async () => {
  api = await openTestApi();
});
afterAll(() => api.close());

test.each(['/livez', '/readyz', '/metrics', '/problems/overloaded'])(
  '%s needs no key',
  async (path) => {
    expect((await api.get(path, NO_KEY)).status).toBe(200);
  },
);

test('readiness names each dependency', async () => {
  await until('the committers were looked for', async () => (await withoutCommitter()) !== null);
  expect((await api.get('/readyz', NO_KEY)).body).toEqual({
    ready: true,
    dependencies: {
      redis: { ok: true },
      postgres: { ok: true },
      installation: { ok: true },
      schema: { ok: true },
      clock: { ok: true },
    },
    shards_without_committer: ALL_SHARDS,
  });
  const metrics = await readMetrics();
  expect(metrics).toContain('razao_dependency_up{dependency="redis"} 1');
  expect(metrics).toContain('razao_dependency_up{dependency="postgres"} 1');
});

test.each([...Object.keys(PROBLEMS), ...Object.keys(REJECTIONS)])(
  'the type of the problem %s can be looked up',
  async (code) => {
    expect((await api.get(`/problems/${code}`)).body).toEqual({
      code,
      status: expect.any(Number),
      title: expect.stringMatching(/./),
    });
  },
);

test.each(['nothing', 'toString', '__proto__', '%ff'])(
  'a problem "%s" is not known',
  async (code) => {
    expectProblem(await api.get(`/problems/${code}`), 404, 'route_not_found');
  },
);

test('what writes are refused by is measured', async () => {
  await until('Redis was looked at', async () =>
    /^razao_redis_memory_max_bytes [1-9]/m.test(await readMetrics()),
  );
  expect(await readMetrics()).toMatch(/^razao_redis_memory_bytes [1-9]/m);
  expect(await readMetrics()).toMatch(/^razao_queue_commands_max [1-9]/m);
});

test('requests are counted by route and status, also where nothing is', async () => {
  const ledger = await api.newLedger();
  await api.post(ledger, transfer(), { key: 'k' });
  await api.post(ledger, transfer(), { key: 'k' });
  await api.post(ledger, transfer('world', 'b'), { key: 'k' });
  const before = await nowhere();
  await api.get('/nothing/here');
  await api.get('/v1/nothing');
  expect(await nowhere()).toBe(before + 2);
  const metrics = await readMetrics();
  const post = 'method="POST",route="/v1/ledgers/:ledger/transactions"';
  expect(metrics).toContain(`razao_http_request_seconds_count{${post},status="202"} 2`);
  expect(metrics).toContain(`razao_http_request_seconds_count{${post},status="422"} 1`);
  expect(metrics).toContain('razao_accepted_total 1');
  expect(metrics).toContain('razao_replays_total 1');
  expect(metrics).toContain('razao_conflicts_total 1');
  expect(metrics).toContain('razao_refused_total{code="idempotency_key_reused"} 1');
  expect(metrics).toMatch(/nodejs_eventloop_lag_seconds /);
  expect(metrics).not.toContain(ledger);
});

test('shards without a committer are named while Redis can be asked, and make nobody less ready', async () => {
  const said = async () => (await readMetrics()).match(/^razao_shards_without_committer.*$/gm);
  const each = (value: number) =>
    ALL_SHARDS.map((shard) => `razao_shards_without_committer{shard="${shard}"} ${value}`);
  await until('none has one', async () => (await withoutCommitter())?.length === SHARDS);
  expect(await said()).toEqual(each(1));
  await api.startWorker();
  await until('each has one', async () => (await withoutCommitter())?.length === 0);
  expect(await said()).toEqual(each(0));
  await api.redisServer.kill();
  await until('nothing is known', async () => (await withoutCommitter()) === null);
  expect(await said()).toBeNull();
  await api.redisServer.start();
  await until('each has one still', async () => (await withoutCommitter())?.length === 0);
  await api.stopWorker();
  const stoppedAt = performance.now();
  await until('none has one again', async () => (await withoutCommitter())?.length === SHARDS);
  expect(performance.now() - stoppedAt).toBeLessThan(10_000);
  expect((await api.get('/readyz', NO_KEY)).status).toBe(200);
});

async function withoutCommitter(): Promise<number[] | null> {
  const { body } = await api.get('/readyz', NO_KEY);
  return body['shards_without_committer'] as number[] | null;
}

/** How many requests were for nothing that there is. */
async function nowhere(): Promise<number> {
  const line = 'razao_http_request_seconds_count{method="GET",route="none",status="404"} ';
  return Number((await readMetrics()).split(line)[1]?.split('\n')[0] ?? 0);
}

async function readMetrics(): Promise<string> {
  return (await api.get('/metrics', NO_KEY)).text;
}
