import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { idOf, transfer } from '../testing/client.cases.ts';
import { openTestApi, type TestApi } from '../testing/open-test-api.cases.ts';
import { expectProblem } from '../testing/problem.cases.ts';
import { loseRecords, queuedCommands } from '../testing/queue.cases.ts';

let api: TestApi;

// Nothing posts here until a test says so.
beforeAll(async () => {
  api = await openTestApi();
});
afterAll(() => api.close());

test('an id that was never accepted is a 404', async () => {
  const ledger = await api.newLedger();
  for (const query of ['', '?wait=1']) {
    const answer = await api.get(`/v1/ledgers/${ledger}/transactions/${randomUUID()}${query}`);
    expectProblem(answer, 404, 'transaction_not_found');
  }
});

test('a queued transaction tells the little that is known', async () => {
  const ledger = await api.newLedger();
  const { body } = await api.post(ledger, transfer(), { key: 'k' });
  const answer = await api.get(`/v1/ledgers/${ledger}/transactions/${body['id']}`);
  expect(answer).toMatchObject({
    status: 200,
    body: {
      id: body['id'],
      ledger,
      kind: 'transfer',
      status: 'queued',
      accepted_at: body['accepted_at'],
    },
  });
  expect(answer.headers.get('retry-after')).toBe('1');
});

test('an accepted id whose record is lost is a 503, never a 404, until it is posted', async () => {
  const ledger = await api.newLedger();
  const id = idOf(await api.post(ledger, transfer()));
  const path = `/v1/ledgers/${ledger}/transactions/${id}`;
  await loseRecords(api.redis);
  for (const query of ['', '?wait=1']) {
    const lost = await api.get(`${path}${query}`);
    expectProblem(lost, 503, 'unavailable');
    expect(lost.headers.get('retry-after')).toBe('1');
  }
  await api.startWorker();
  try {
    await expect
      .poll(async () => (await api.get(path)).body['status'], { timeout: 10_000 })
      .toBe('posted');
    // Once the queue is empty, a missing record means something again.
    const unknown = `/v1/ledgers/${ledger}/transactions/${randomUUID()}`;
    await expect.poll(async () => (await api.get(unknown)).status, { timeout: 10_000 }).toBe(404);
  } finally {
    await api.stopWorker();
  }
});

test('a write whose record is lost while it is queued is accepted again, and posts once', async () => {
  const ledger = await api.newLedger();
  const id = idOf(await api.post(ledger, transfer(), { key: 'k' }));
  await loseRecords(api.redis);
  expect((await api.post(ledger, transfer(), { key: 'k' })).status).toBe(202);
  expect(await queuedCommands(api.redis, [id])).toHaveLength(2);
  await api.startWorker();
  try {
    const again = await api.post(ledger, transfer(), { key: 'k', wait: 10 });
    expect(again).toMatchObject({ status: 201, body: { sequence: 1 } });
    const next = await api.post(ledger, transfer(), { wait: 10 });
    expect(next.body).toMatchObject({ sequence: 2 });
  } finally {
    await api.stopWorker();
  }
});

test('a late command with a used key does not make conflicts of the replays of the first', async () => {
  const ledger = await api.newLedger();
  const late = transfer('world', 'users:1', '7');
  await api.startWorker();
  const first = await api.post(ledger, transfer(), { key: 'k', wait: 10 });
  await api.stopWorker();
  await loseRecords(api.redis);
  expect((await api.post(ledger, late, { key: 'k' })).status).toBe(202);
  // Now the record is that of the late command, which waits in the queue.
  const replay = await api.post(ledger, transfer(), { key: 'k' });
  expect(replay).toMatchObject({ status: 202, body: first.body });
  expect(replay.headers.get('idempotency-replayed')).toBe('true');
  const waited = await api.post(ledger, transfer(), { key: 'k', wait: 10 });
  expect(waited).toMatchObject({ status: 201, body: first.body });
});
