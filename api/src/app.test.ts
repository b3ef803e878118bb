import { createLog } from '@razao/shared/runtime/log.ts';
import { createApiMetrics } from '@razao/shared/runtime/metrics.ts';
import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { createApp } from './app.ts';
import { createKeyRing } from './auth/key-ring.ts';
import type { Deps } from './deps.ts';

const PUBLIC = ['/livez', '/readyz', '/metrics', '/problems/:code'];

const registry = new Registry();
// Whoever has no key gets no further than this.
const app = createApp({
  keys: createKeyRing('razao_key'),
  registry,
  metrics: createApiMetrics(registry),
  log: createLog('test', 'silent'),
  dependencies: () => ({}),
  ready: () => true,
  committers: { shards: 0, without: () => null, stop() {} },
} as Deps);
const paths = [...new Set(app.routes.map(({ path }) => path))];

test('there are public routes and those of the API', () => {
  expect(paths).toEqual(expect.arrayContaining(PUBLIC));
  expect(paths.length).toBeGreaterThan(PUBLIC.length);
});

test.each(
  paths
    .filter((path) => !PUBLIC.includes(path))
    .concat('/v1', '/v1/', '/v1/nothing', '/v1/ledgers/l/transactions/', '/%761/nothing'),
)('%s needs a key, whatever the method', async (path) => {
  for (const method of ['GET', 'HEAD', 'PUT', 'POST', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND'])
    expect((await app.request(path, { method })).status).toBe(401);
});

test.each(PUBLIC.map((path) => path.replace(':code', 'overloaded')))(
  '%s is to be read, and nothing else',
  async (path) => {
    for (const method of ['PUT', 'POST', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND']) {
      const answer = await app.request(path, { method });
      expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
      expect(answer.headers.get('content-type')).toBe('application/problem+json');
      expect(await answer.json()).toMatchObject({ code: 'method_not_allowed', status: 405 });
    }
    const [read, head] = [await app.request(path), await app.request(path, { method: 'HEAD' })];
    expect([head.status, await head.text()]).toEqual([read.status, '']);
  },
);

test.each(['/', '/v1x', '/v2/ledgers/l', '//v1/ledgers/l', '/V1/ledgers/l'])(
  'where the API is not, as at %s, there is nothing',
  async (path) => {
    expect((await app.request(`http://test${path}`)).status).toBe(404);
  },
);
