import { randomUUID } from 'node:crypto';
import { setAside } from '@razao/shared/queue/aside.ts';
import { newChunkId } from '@razao/shared/queue/chunk-queue.ts';
import type { Redis } from 'ioredis';
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

test('a write that was admitted but never queued is not said to wait, once it cannot be under way any more', async () => {
  const ledger = await api.newLedger();
  const id = randomUUID();
  const path = `/v1/ledgers/${ledger}/transactions/${id}`;
  expect((await api.post(ledger, transfer(), { key: id })).status).toBe(202);
  const status = async () => {
    const { status, body } = await api.get(path);
    return status === 200 ? body['status'] : body['code'];
  };
  const [key, line] = await recordOf(api.redis, id);
  // As it is when its process dies, or gives a silent Redis up, between admission and queue.
  await api.redis.set(key, line.replace(/ c-\S+$/, ` ${newChunkId()}`));
  expect(await status()).toBe('queued');
  await api.redis.set(key, aged(line).replace(/ c-\S+$/, ` ${newChunkId()}`));
  expect(await status()).toMatch(/^(transaction_not_found|unavailable)$/);
  // An old one whose chunk is there, in the queue or set aside, does wait.
  await api.redis.set(key, aged(line));
  expect(await status()).toBe('queued');
  const chunk = line.split(' ').at(-1) ?? '';
  const keys = api.keysOf(ledger);
  await api.redis.rename(`${keys.tag}:chunks:${chunk}`, 'elsewhere');
  expect(await status()).toMatch(/^(transaction_not_found|unavailable)$/);
  await setAside(api.redis, keys, { id: chunk, reason: 'none', data: {} });
  expect(await status()).toBe('queued');
  await api.redis.flushall();
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

test('an accepted id whose record is lost and whose chunk was set aside is a 503, never a 404', async () => {
  const ledger = await api.newLedger();
  const path = `/v1/ledgers/${ledger}/transactions/${idOf(await api.post(ledger, transfer()))}`;
  const keys = api.keysOf(ledger);
  const [chunk = ''] = await api.redis.lrange(`${keys.tag}:chunks:wait`, 0, -1);
  await loseRecords(api.redis);
  // As a worker does that cannot decode it.
  await setAside(api.redis, keys, { id: chunk, reason: 'none', data: {} });
  await api.redis.del(`${keys.tag}:chunks:wait`, `${keys.tag}:chunks:${chunk}`);
  for (let times = 0; times < 2; times++) expectProblem(await api.get(path), 503, 'unavailable');
  await api.redis.flushall();
  expectProblem(await api.get(path), 404, 'transaction_not_found');
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

/** The record of a transaction's id, after its key. */
async function recordOf(redis: Redis, id: string): Promise<[key: string, line: string]> {
  const [key = ''] = await redis.keys(`*:t:*:${id}`);
  return [key, String(await redis.get(key))];
}

/** A record as it is a minute later. */
function aged(line: string): string {
  return line.replace(/\S+T\S+Z/, new Date(Date.now() - 60_000).toISOString());
}
