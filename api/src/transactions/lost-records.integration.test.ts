import { randomUUID } from 'node:crypto';
import { decodeRecord, encodeQueued } from '@razao/shared/contract/status-record.ts';
import { instantText } from '@razao/shared/contract/time.ts';
import { newChunkId } from '@razao/shared/queue/chunk-queue.ts';
import { addDeadLetter } from '@razao/shared/queue/dead-letters.ts';
import { recordKey, shardKeys } from '@razao/shared/runtime/keys.ts';
import { emptyRedis } from '@razao/shared/test/redis.ts';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Answer, idOf, transfer } from '../../test/client.ts';
import { openTestApi, type TestApi } from '../../test/open-test-api.ts';
import { expectProblem } from '../../test/problem.ts';
import { expireRecords, loseRecords, queuedCommands } from '../../test/queue.ts';

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
  // An old one whose chunk is there, in the queue or set aside, does wait.
  await api.redis.set(key, aged(line));
  expect(await status()).toBe('queued');
  const chunk = line.split(' ').at(-1) ?? '';
  const keys = api.keysOf(ledger);
  await api.redis.rename(`${keys.tag}:chunks:${chunk}`, 'elsewhere');
  expect(await status()).toBe('transaction_not_found');
  await addDeadLetter(api.redis, keys, { id: chunk, reason: 'none', data: {} });
  expect(await status()).toBe('queued');
  await emptyRedis(api.redis);
});

test('an accepted id whose record is lost is found in the queue, until it is posted', async () => {
  const ledger = await api.newLedger();
  const id = idOf(await api.post(ledger, transfer()));
  const path = `/v1/ledgers/${ledger}/transactions/${id}`;
  await loseRecords(api.redis);
  for (const query of ['', '?wait=1']) {
    const found = await api.get(`${path}${query}`);
    expect(found).toMatchObject({ status: 200, body: { id, status: 'queued' } });
  }
  // All that were queued are restored by the first that was missed.
  expect(await api.redis.keys(anyRecord(id))).toHaveLength(1);
  await api.startWorker();
  try {
    await expect
      .poll(async () => (await api.get(path)).body['status'], { timeout: 10_000 })
      .toBe('posted');
    const unknown = `/v1/ledgers/${ledger}/transactions/${randomUUID()}`;
    expect((await api.get(unknown)).status).toBe(404);
  } finally {
    await api.stopWorker();
  }
});

test('an accepted id whose record alone is lost is found too', async () => {
  const ledger = await api.newLedger();
  const unknown = `/v1/ledgers/${ledger}/transactions/${randomUUID()}`;
  expectProblem(await api.get(unknown), 404, 'transaction_not_found');
  const id = idOf(await api.post(ledger, transfer()));
  const [key] = await recordOf(api.redis, id);
  await api.redis.del(key);
  const found = await api.get(`/v1/ledgers/${ledger}/transactions/${id}`);
  expect(found).toMatchObject({ status: 200, body: { id, status: 'queued' } });
});

test('an accepted id whose record is lost and whose chunk was set aside is still queued', async () => {
  const ledger = await api.newLedger();
  const id = idOf(await api.post(ledger, transfer()));
  const path = `/v1/ledgers/${ledger}/transactions/${id}`;
  const keys = api.keysOf(ledger);
  const [chunk = ''] = await api.redis.lrange(`${keys.tag}:chunks:wait`, 0, 0);
  const data = JSON.parse(String(await api.redis.hget(`${keys.tag}:chunks:${chunk}`, 'data')));
  await loseRecords(api.redis);
  // As a worker does whose database lacks the ledger.
  await addDeadLetter(api.redis, keys, { id: chunk, reason: 'none', data });
  await api.redis.del(`${keys.tag}:chunks:wait`, `${keys.tag}:chunks:${chunk}`);
  expect(await api.get(path)).toMatchObject({ status: 200, body: { status: 'queued' } });
  await emptyRedis(api.redis);
  expectProblem(await api.get(path), 404, 'transaction_not_found');
});

test('what was posted is never queued again, although its record has expired and its key comes again', async () => {
  const ledger = await api.newLedger();
  await api.startWorker();
  const first = await api.post(ledger, transfer(), { key: 'old', wait: 10 });
  await api.stopWorker();
  await expireRecords(api.redis);
  const path = `/v1/ledgers/${ledger}/transactions/${idOf(first)}`;
  expect((await api.post(ledger, transfer(), { key: 'old' })).status).toBe(202);
  expect((await api.get(path)).body).toEqual(first.body);
  // A waiting caller is told the outcome by the ledger, although nobody works on the queue.
  const waited = await api.post(ledger, transfer(), { key: 'old', wait: 5 });
  expect(waited).toMatchObject({ status: 201, body: first.body });
  expect(waited.headers.get('idempotency-replayed')).toBe('true');
});

test('a write whose record is lost while it is queued is still a replay, and posts once', async () => {
  const ledger = await api.newLedger();
  const id = idOf(await api.post(ledger, transfer(), { key: 'k' }));
  await loseRecords(api.redis);
  const replay = await api.post(ledger, transfer(), { key: 'k' });
  expect(replay.headers.get('idempotency-replayed')).toBe('true');
  await loseRecords(api.redis);
  const other = await api.post(ledger, transfer('world', 'users:2'), { key: 'k' });
  expectProblem(other, 422, 'idempotency_key_reused', { header: 'Idempotency-Key' });
  expect(await queuedCommands(api.redis, [id])).toHaveLength(1);
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
  await expireRecords(api.redis);
  expect((await api.post(ledger, late, { key: 'k' })).status).toBe(202);
  // Now the record is that of the late command, which waits in the queue.
  const replay = await api.post(ledger, transfer(), { key: 'k' });
  expect(replay).toMatchObject({ status: 202, body: first.body });
  expect(replay.headers.get('idempotency-replayed')).toBe('true');
  const waited = await api.post(ledger, transfer(), { key: 'k', wait: 10 });
  expect(waited).toMatchObject({ status: 201, body: first.body });
});

describe('where the records of what is posted were lost', () => {
  let ledger: string;
  let first: Answer;
  beforeAll(async () => {
    ledger = await api.newLedger();
    await api.startWorker();
    first = await api.post(ledger, transfer(), { key: 'k', wait: 10 });
    await api.stopWorker();
  });
  beforeEach(() => loseRecords(api.redis));

  test('a retry is a replay of what became of the first', async () => {
    const replay = await api.post(ledger, transfer(), { key: 'k' });
    expect(replay).toMatchObject({ status: 202, body: first.body });
    expect(replay.headers.get('idempotency-replayed')).toBe('true');
    expect(await queuedCommands(api.redis, [idOf(first)])).toEqual([]);
  });

  test('a reused key is refused at once, also where both come together', async () => {
    const [replay, other] = await Promise.all([
      api.post(ledger, transfer(), { key: 'k' }),
      api.post(ledger, transfer('world', 'users:2'), { key: 'k' }),
    ]);
    expect(replay).toMatchObject({ status: 202, body: first.body });
    expectProblem(other, 422, 'idempotency_key_reused', { header: 'Idempotency-Key' });
    expect(await queuedCommands(api.redis, [idOf(first)])).toEqual([]);
  });

  test('a new key is accepted', async () => {
    const { status, body } = await api.post(ledger, transfer());
    expect([status, body['status']]).toEqual([202, 'queued']);
  });

  test('nothing is accepted while Postgres cannot tell', async () => {
    await api.postgres.cut();
    try {
      for (const key of ['k', randomUUID()])
        expectProblem(await api.post(ledger, transfer(), { key }), 503, 'unavailable');
    } finally {
      await api.postgres.mend();
    }
    await expect
      .poll(async () => (await api.post(ledger, transfer(), { key: 'k' })).body, {
        timeout: 10_000,
      })
      .toEqual(first.body);
  });
});

/** The record of a transaction's id, after its key. */
async function recordOf(redis: Redis, id: string): Promise<[key: string, line: string]> {
  const [key = ''] = await redis.keys(anyRecord(id));
  return [key, String(await redis.get(key))];
}

/** The pattern of an id's records, whatever their shard and ledger. */
function anyRecord(id: string): string {
  return recordKey({ ...shardKeys('any', 0), tag: '*' }, '*', id);
}

/** A record as it is a minute later. */
function aged(line: string): string {
  const record = decodeRecord(line);
  if (record?.status !== 'queued') throw new Error(`not the record of a queued command: ${line}`);
  return encodeQueued({ ...record, acceptedAt: instantText(Date.now() - 60_000) });
}
