import { createLog } from '@razao/shared/runtime/log.ts';
import { createApiMetrics } from '@razao/shared/runtime/metrics.ts';
import { Hono } from 'hono';
import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import type { ApiEnv } from './env.ts';
import { measure } from './measure.ts';
import { onError } from './on-error.ts';
import { resource } from './resource.ts';

test.each(['GET', 'HEAD', 'PUT'])('a resource answers %s', async (method) => {
  expect((await open().app.request('/things/1', { method })).status).toBe(200);
});

test.each(['POST', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND'])(
  'a resource answers %s with 405 and what it has',
  async (method) => {
    const answer = await open().app.request('/things/1', { method });
    expect(answer.status).toBe(405);
    expect(answer.headers.get('allow')).toBe('GET, HEAD, PUT');
    expect(await answer.json()).toMatchObject({ code: 'method_not_allowed' });
  },
);

test.each(['/things', '/things/', '/things/1/', '/things/1/2'])(
  '%s is another resource',
  async (path) => {
    expect((await open().app.request(path)).status).toBe(404);
  },
);

test('requests are measured by the pattern of the path, not by the path', async () => {
  const { app, metrics } = open();
  await app.request('/things/1');
  await app.request('/things/2');
  await app.request('/things/2', { method: 'POST' });
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
  resource(app, '/things/:id', { GET: (c) => c.text('got'), PUT: (c) => c.text('put') });
  return { app, metrics };
}
