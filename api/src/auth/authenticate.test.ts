import { createLog } from '@razao/shared/runtime/log.ts';
import { createApiMetrics } from '@razao/shared/runtime/metrics.ts';
import { Hono } from 'hono';
import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import type { ApiEnv } from '../http/env.ts';
import { onError } from '../http/on-error.ts';
import { authenticate } from './authenticate.ts';
import { createKeyRing } from './key-ring.ts';

const KEY = 'razao_key';

test.each([`Bearer ${KEY}`, `bearer ${KEY}`, `BEARER   ${KEY}`])('"%s" passes', async (header) => {
  const answer = await ask(KEY, header);
  expect(answer.status).toBe(200);
});

test.each([
  null,
  '',
  KEY,
  'Bearer',
  `Bearer${KEY}`,
  `Basic ${KEY}`,
  `Bearer ${KEY}x`,
  `Bearer ${KEY.slice(0, -1)}`,
  `Bearer ${KEY.toUpperCase()}`,
  `Bearer ${KEY} ${KEY}`,
  `Bearer ${KEY}, Bearer ${KEY}`,
  `Bearer ${'k'.repeat(201)}`,
])('"%s" is a 401 that says how', async (header) => {
  const answer = await ask(KEY, header);
  expect(answer.status).toBe(401);
  expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer/);
  const body = await answer.text();
  expect(body).not.toContain(KEY);
  expect(JSON.parse(body)).toMatchObject({
    code: 'unauthorized',
    errors: [{ header: 'Authorization' }],
  });
});

test.each(['', 'undefined', 'null', 'razao_dev_admin'])(
  'without a development key "%s" does not pass',
  async (key) => {
    expect(createKeyRing(undefined).knows(key)).toBe(false);
    expect((await ask(undefined, `Bearer ${key}`)).status).toBe(401);
  },
);

function ask(developmentKey: string | undefined, header: string | null) {
  const app = new Hono<ApiEnv>();
  app.onError(onError(createLog('test', 'silent'), createApiMetrics(new Registry())));
  const keys = createKeyRing(developmentKey);
  app.get('/', (c) => {
    authenticate(c.req, keys);
    return c.text('in');
  });
  return app.request('/', header === null ? {} : { headers: { Authorization: header } });
}
