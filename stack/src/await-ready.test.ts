import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { until } from '../test/until.ts';
import { awaitReady, type Unready } from './await-ready.ts';
import { notReadyText } from './start-text.ts';

let answer: { ready: boolean; dependencies: Record<string, { ok: boolean; fault?: string }> };
const server = createServer((_, response) => response.end(JSON.stringify(answer)));
let url: string;

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
beforeEach(() => {
  answer = { ready: false, dependencies: {} };
});
afterAll(() => {
  server.close();
});

function watch(patienceMs: number) {
  const told: (readonly Unready[])[] = [];
  const stopping = new AbortController();
  let done = false;
  const waiting = awaitReady([{ name: 'api', url }], {
    signal: stopping.signal,
    onUnready: (unready) => told.push(unready),
    patienceMs,
    intervalMs: 10,
  }).then(() => {
    done = true;
  });
  return { told, waiting, done: () => done, stop: () => stopping.abort() };
}

test('a fault that is likely to pass is not told before it has lasted, and once', async () => {
  const soon = watch(300);
  answer.dependencies = { postgres: { ok: false, fault: 'not connected' } };
  await until('it is told', () => soon.told.length > 0);
  expect(soon.told).toEqual([[{ name: 'api', faults: ['postgres: not connected'] }]]);
  const patient = watch(60_000);
  answer = { ready: true, dependencies: { postgres: { ok: true } } };
  await Promise.all([soon.waiting, patient.waiting]);
  expect([soon.told.length, patient.told.length]).toEqual([1, 0]);
});

test('what only a person can mend is told at once', async () => {
  const { told, done, stop, waiting } = watch(60_000);
  answer.dependencies = { installation: { ok: false, fault: 'see npm run installation' } };
  await until('it is told', () => told.length > 0);
  expect(done()).toBe(false);
  stop();
  await waiting;
});

test('a process that is ready and cannot work with something it depends on is told too', async () => {
  const { told, stop, waiting } = watch(0);
  answer = { ready: true, dependencies: { redis: { ok: false, fault: 'it would lose writes' } } };
  await until('it is told', () => told.length > 0);
  expect(told[0]).toEqual([{ name: 'api', faults: ['redis: it would lose writes'] }]);
  stop();
  await waiting;
});

test('the text names each fault once, with all that have it, and what to do about stores that are apart', () => {
  const fault = 'installation: apart (see npm run installation)';
  const where = [{ name: 'redis', where: '/data/redis' }];
  const text = notReadyText(
    [
      { name: 'api', faults: [fault] },
      { name: 'worker', faults: [fault, 'postgres: away'] },
    ],
    where,
  );
  expect(text).toContain(`  api, worker: ${fault}\n  worker: postgres: away`);
  expect(text).toContain('npm run installation -- adopt');
  expect(text).toContain('redis in /data/redis');
  const other = notReadyText([{ name: 'worker', faults: ['postgres: away'] }], where);
  expect(other).not.toContain('adopt');
});
