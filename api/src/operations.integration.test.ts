import { PROBLEMS } from '@razao/shared/contract/problems.ts';
import { REJECTIONS } from '@razao/shared/contract/rejections.ts';
import { until } from '@razao/stack/testing/until.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { transfer } from './testing/client.cases.ts';
import { openTestApi, type TestApi } from './testing/open-test-api.cases.ts';
import { expectProblem } from './testing/problem.cases.ts';

const NO_KEY = { Authorization: null };

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
  expect((await api.get('/readyz', NO_KEY)).body).toEqual({
    ready: true,
    dependencies: {
      redis: { ok: true },
      postgres: { ok: true },
      installation: { ok: true },
      clock: { ok: true },
    },
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
  expect(await readMetrics()).toMatch(/^razao_queue_chunks_max [1-9]/m);
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

/** How many requests were for nothing that there is. */
async function nowhere(): Promise<number> {
  const line = 'razao_http_request_seconds_count{method="GET",route="none",status="404"} ';
  return Number((await readMetrics()).split(line)[1]?.split('\n')[0] ?? 0);
}

async function readMetrics(): Promise<string> {
  return (await api.get('/metrics', NO_KEY)).text;
}
