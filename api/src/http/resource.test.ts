import { createLog } from '@razao/shared/runtime/log.ts';
import { createApiMetrics } from '@razao/shared/runtime/metrics.ts';
import { Hono } from 'hono';
import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { createKeyRing } from '../auth/key-ring.ts';
import type { ApiEnv } from './env.ts';
import { measure } from './measure.ts';
import { onError } from './on-error.ts';
import { resource } from './resource.ts';

const KEY = 'razao_key';

test.each(['GET', 'HEAD', 'PUT'])('a resource answers %s', async (method) => {
  expect((await open().ask('/things/1', { method })).status).toBe(200);
});

test.each(['POST', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND'])(
  'a resource answers %s with 405 and what it has',
  async (method) => {
    const answer = await open().ask('/things/1', { method });
    expect(answer.status).toBe(405);
    expect(answer.headers.get('allow')).toBe('GET, HEAD, PUT');
    expect(await answer.json()).toMatchObject({ code: 'method_not_allowed' });
  },
);

test.each(['/things', '/things/', '/things/1/', '/things/1/2'])(
  '%s is another resource',
  async (path) => {
    expect((await open().ask(path)).status).toBe(404);
  },
);

test.each(['GET', 'PUT', 'POST', 'PROPFIND'])('without a key %s is a 401', async (method) => {
  const answer = await open().ask('/things/1', { method, key: 'another' });
  expect(answer.status).toBe(401);
  expect(await answer.json()).toMatchObject({ code: 'unauthorized' });
});

test('requests are measured by the pattern of the path, not by the path', async () => {
  const { ask, metrics } = open();
  await ask('/things/1');
  await ask('/things/2');
  await ask('/things/2', { method: 'POST' });
  const { values } = await metrics.requests.get();
  const counts = values.filter(({ metricName }) => metricName?.endsWith('_count'));
  expect(counts.map(({ labels, value }) => [labels, value])).toEqual([
    [{ method: 'GET', route: '/things/:id', status: 200 }, 2],
    [{ method: 'POST', route: '/things/:id', status: 405 }, 1],
  ]);
});

function open() {
  const metrics = createApiMetrics(new Registry());
  const app = new Hono<ApiEnv>();
  app.onError(onError(createLog('test', 'silent'), metrics));
  measure(app, metrics);
  resource(app, createKeyRing(KEY), '/things/:id', {
    GET: (c) => c.text('got'),
    PUT: (c) => c.text('put'),
  });
  const ask = (path: string, { method = 'GET', key = KEY } = {}) =>
    app.request(path, { method, headers: { Authorization: `Bearer ${key}` } });
  return { ask, metrics };
}
