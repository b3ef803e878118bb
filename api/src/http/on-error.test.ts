import { PROBLEMS, Problem, type ProblemCode } from '@razao/shared/contract/problems.ts';
import type { Logger } from '@razao/shared/runtime/log.ts';
import { type LogThrottle, throttleLog } from '@razao/shared/runtime/log-throttle.ts';
import { createApiMetrics } from '@razao/shared/runtime/metrics.ts';
import { Hono } from 'hono';
import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import type { ApiEnv } from './env.ts';
import { measure } from './measure.ts';
import { onError } from './on-error.ts';

const CODES = Object.keys(PROBLEMS) as ProblemCode[];

test.each(CODES)('a problem %s is answered with its status and all members', async (code) => {
  const faults = [{ pointer: '#/a', detail: 'is wrong' }];
  const { answer, lines } = await answerTo(new Problem(code, 'why', { faults }));
  const { status, title } = PROBLEMS[code];
  expect(answer.status).toBe(status);
  expect(answer.headers.get('content-type')).toBe('application/problem+json');
  expect(answer.headers.get('retry-after')).toBe(status === 429 || status === 503 ? '1' : null);
  expect(await answer.json()).toEqual({
    type: `/problems/${code}`,
    title,
    status,
    code,
    detail: 'why',
    instance: expect.stringMatching(/^urn:uuid:/),
    errors: faults,
  });
  expect(lines).toHaveLength(code === 'internal_error' ? 1 : 0);
});

test('the headers of a problem are sent', async () => {
  const headers = { Allow: 'GET', 'Retry-After': '7' };
  const { answer } = await answerTo(new Problem('unavailable', 'why', { headers }));
  expect(answer.headers.get('allow')).toBe('GET');
  expect(answer.headers.get('retry-after')).toBe('7');
});

test('a bug is a 500 that gives nothing away, and one line in the log that tells all', async () => {
  const { answer, lines } = await answerTo(new TypeError('the secret is 42'));
  const text = await answer.text();
  const body = JSON.parse(text) as { instance: string };
  expect(answer.status).toBe(500);
  expect(body).toMatchObject({ code: 'internal_error', errors: [] });
  expect(text).not.toMatch(/secret|TypeError/);
  expect(lines).toMatchObject([
    [
      'error',
      { err: { message: 'the secret is 42' }, instance: body.instance, route: 'none' },
      'internal error',
    ],
  ]);
});

test('an outage is a 503 and a warning', async () => {
  const { answer, lines } = await answerTo(new Error('Connection terminated unexpectedly'));
  expect(answer.status).toBe(503);
  expect(await answer.json()).toMatchObject({ code: 'unavailable' });
  expect(answer.headers.get('retry-after')).toBe('1');
  expect(lines).toMatchObject([['warn', { route: 'none' }, expect.any(String)]]);
});

test('an outage is a line for each cause once in a while, with the requests that had none; all are counted', async () => {
  let [calls, now] = [0, 0];
  const causes = ['Connection is closed.', 'OOM it is full', 'OOM it is full'];
  const cause = () => Object.assign(new Error(causes[calls++ % 3]), { name: 'ReplyError' });
  const { app, lines, metrics } = failing(
    cause,
    throttleLog(5_000, () => now),
  );
  const unsaid = () => lines.map(([, line]) => (line as { unsaid: number }).unsaid);
  for (let n = 0; n < 30; n++) expect((await app.request('/')).status).toBe(503);
  expect(unsaid()).toEqual([0, 0]);
  now = 5_000;
  for (let n = 0; n < 3; n++) await app.request('/');
  expect(unsaid()).toEqual([0, 0, 9, 19]);
  expect((await metrics.refused.get()).values).toMatchObject([
    { labels: { code: 'unavailable' }, value: 33 },
  ]);
});

test('where nothing else is said, that is once in some seconds', async () => {
  const { app, lines } = failing(() => new Error('Connection is closed.'));
  for (let n = 0; n < 5; n++) await app.request('/');
  expect(lines).toHaveLength(1);
});

test('every request has an instance of its own', async () => {
  const answers = await Promise.all([1, 2].map(() => answerTo(new Problem('forbidden', 'no'))));
  const bodies: { instance: string }[] = await Promise.all(
    answers.map(async ({ answer }) => (await answer.json()) as { instance: string }),
  );
  expect(new Set(bodies.map(({ instance }) => instance)).size).toBe(2);
});

test.each([
  ['0f0e0d0c-0b0a-4908-8706-050403020100', true],
  ['0F0E0D0C-0B0A-4908-8706-050403020100', false],
  ['<script>', false],
  ['', false],
])('the id %j that a proxy gave a request is its instance: %s', async (id, taken) => {
  const { answer } = await answerTo(new Problem('forbidden', 'no'), { 'X-Request-Id': id });
  const { instance } = (await answer.json()) as { instance: string };
  expect(instance === `urn:uuid:${id}`).toBe(taken);
  expect(instance).toMatch(/^urn:uuid:[0-9a-f-]{36}$/);
});

test('a refusal is counted by its code, and its request by its status', async () => {
  const { metrics } = await answerTo(new Problem('forbidden', 'no'));
  expect((await metrics.refused.get()).values).toMatchObject([{ labels: { code: 'forbidden' } }]);
  const { values } = await metrics.requests.get();
  expect(values[0]?.labels).toMatchObject({ method: 'GET', route: 'none', status: 403 });
});

async function answerTo(error: Error, headers: Record<string, string> = {}) {
  const { app, lines, metrics } = failing(() => error);
  return { answer: await app.request('/', { headers }), lines, metrics };
}

/** An app that fails each request, with what it logs and counts. */
function failing(error: () => Error, logThrottle?: LogThrottle) {
  const lines: unknown[][] = [];
  const write =
    (level: string) =>
    (...line: unknown[]) =>
      lines.push([level, ...line]);
  const log = { error: write('error'), warn: write('warn') } as unknown as Logger;
  const metrics = createApiMetrics(new Registry());
  const app = new Hono<ApiEnv>();
  app.onError(onError(log, metrics, logThrottle));
  measure(app, metrics);
  app.get('/', () => {
    throw error();
  });
  return { app, lines, metrics };
}
