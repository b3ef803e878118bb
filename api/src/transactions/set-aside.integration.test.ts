import {
  decodeRecord,
  encodeQueued,
  type QueuedRecord,
} from '@razao/shared/contract/status-record.ts';
import { instantText } from '@razao/shared/contract/time.ts';
import { addDeadLetter } from '@razao/shared/queue/dead-letters.ts';
import { discardDeadLetter } from '@razao/shared/queue/discard.ts';
import {
  deadLettersKey,
  discardedKey,
  recordKey,
  recordPattern,
  type ShardKeys,
} from '@razao/shared/runtime/keys.ts';
import { until } from '@razao/stack/test/until.ts';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { idOf, transfer } from '../../test/client.ts';
import { closeLawful, openTestApi, type TestApi } from '../../test/open-test-api.ts';
import { expectProblem } from '../../test/problem.ts';
import { loseRecords } from '../../test/queue.ts';

const KEY = { header: 'Idempotency-Key' };
const OTHER = transfer('world', 'users:1', '7');

let api: TestApi;
beforeAll(async () => {
  api = await openTestApi();
});
afterEach(() => api.stopWorker());
afterAll(() => closeLawful(api));

test.each([
  ['that is damaged in one place', (data: string) => data.replace('"transfer"', '"Transfer"')],
  ['that is no JSON any more', (data: string) => data.slice(0, 100)],
])(
  'an accepted write in a chunk %s stands while it is aside, and is rejected once that is discarded',
  async (_, damage) => {
    const ledger = await api.newLedger();
    const keys = api.keysOf(ledger);
    const bulk = await api.bulk(
      ledger,
      [1, 2].map((n) => ({ ...transfer(), idempotency_key: `b${n}` })),
    );
    const chunk = await damageChunk(keys, damage);
    await api.startWorker();
    await until(
      'it is aside',
      async () => (await api.redis.hexists(deadLettersKey(keys), chunk)) === 1,
    );
    const ids = (bulk.body['data'] as { id: string }[]).map(({ id }) => id);
    expect(await statuses(ledger, ids)).toEqual(['queued', 'queued']);
    expectProblem(await api.post(ledger, OTHER, { key: 'b1' }), 422, 'idempotency_key_reused', KEY);

    const { whole } = await discardDeadLetter(api.redis, keys, chunk, { reason: 'lost', by: 'me' });
    expect(whole).toBe(false);
    for (const id of ids) {
      const { status, body } = await api.get(`/v1/ledgers/${ledger}/transactions/${id}?wait=10`);
      expect([status, body['status'], body['rejection']]).toMatchObject([
        200,
        'rejected',
        { code: 'processing_failed' },
      ]);
    }
    const replay = await api.post(ledger, transfer(), { key: 'b1', wait: 10 });
    expect(replay).toMatchObject({ status: 422, body: { code: 'processing_failed' } });
    expectProblem(await api.post(ledger, OTHER, { key: 'b2' }), 422, 'idempotency_key_reused', KEY);
  },
);

test('a write whose chunk is aside may be sent again, and is posted once', async () => {
  const ledger = await api.newLedger();
  const keys = api.keysOf(ledger);
  const id = idOf(await api.post(ledger, transfer(), { key: 'k' }));
  const chunk = await damageChunk(keys, () => 'damaged');
  await api.startWorker();
  await until(
    'it is aside',
    async () => (await api.redis.hexists(deadLettersKey(keys), chunk)) === 1,
  );
  const again = await api.post(ledger, transfer(), { key: 'k', wait: 10 });
  expect(again).toMatchObject({ status: 201, body: { id, status: 'posted', sequence: 1 } });
  // Nobody is left whose record names the chunk.
  const discarding = await discardDeadLetter(api.redis, keys, chunk, {
    reason: 'sent again',
    by: 'me',
  });
  expect(discarding).toMatchObject({ rejecting: 0 });
  expect(await statuses(ledger, [id])).toEqual(['posted']);
});

test('an id whose chunk was discarded, and whose ledger was not there, is no 404 when that is back', async () => {
  const ledger = await api.newLedger();
  const keys = api.keysOf(ledger);
  const id = idOf(await api.post(ledger, transfer(), { key: 'k' }));
  const path = `/v1/ledgers/${ledger}/transactions/${id}`;
  const chunk = await damageChunk(keys, (data) => data);
  const job = `${keys.tag}:chunks:${chunk}`;
  const data = JSON.parse(String(await api.redis.hget(job, 'data')));
  // As it is once a worker has dropped what it held.
  await api.redis.del(`${keys.tag}:chunks:wait`, job);
  const key = recordKey(keys, data.commands[0].ledgerUid, id);
  const record = decodeRecord(String(await api.redis.get(key))) as QueuedRecord;
  const at = instantText(Date.now() - 60_000);
  await api.redis.set(key, encodeQueued({ ...record, acceptedAt: at }));
  expectProblem(await api.get(path), 404, 'transaction_not_found');
  const kept = { reason: 'lost', by: 'me', at, aside: { data } };
  await api.redis.hset(discardedKey(keys), `${chunk} again`, JSON.stringify(kept));
  await api.redis.hset(discardedKey(keys), chunk, '{}');
  expect((await api.get(path)).body).toMatchObject({ id, status: 'queued' });
  // Nor when its record is gone, alone or with all others; but only the ledger tells that it is not rejected.
  await api.redis.del(key);
  expect((await api.get(path)).body).toMatchObject({ id, status: 'queued' });
  await loseRecords(api.redis);
  expect((await api.get(path)).body).toMatchObject({ id, status: 'queued' });
  await api.postgres.cut();
  expectProblem(await api.get(path), 503, 'unavailable');
  await api.postgres.mend();
});

test('accepted ids in chunks that nobody understands here are known, although their records are gone', async () => {
  const ledger = await api.newLedger();
  const keys = api.keysOf(ledger);
  const ids: string[] = [];
  for (const damage of [
    (data: string) => data.replace('"needs":1', '"needs":99'),
    (data: string) => data.replace('"postings"', '"fees":[],"postings"'),
    (data: string) => data.replace('"BRL/2"', '"brl/2"'),
  ]) {
    ids.push(idOf(await api.post(ledger, transfer())));
    const chunk = await damageChunk(keys, damage);
    // Out of the way of the next.
    const data = JSON.parse(String(await api.redis.hget(`${keys.tag}:chunks:${chunk}`, 'data')));
    await addDeadLetter(api.redis, keys, { id: chunk, reason: '', data });
    await api.redis.del(`${keys.tag}:chunks:wait`, `${keys.tag}:chunks:${chunk}`);
  }
  await loseRecords(api.redis);
  expect(await statuses(ledger, ids)).toEqual(['queued', 'queued', 'queued']);
  expect(await api.redis.keys(recordPattern(keys))).toHaveLength(3 + 1);
});

/** Changes the text of the one chunk that waits; returns its id. */
async function damageChunk({ tag }: ShardKeys, damage: (data: string) => string): Promise<string> {
  const queue = `${tag}:chunks`;
  const [chunk = '', ...more] = await api.redis.lrange(`${queue}:wait`, 0, -1);
  expect(more).toEqual([]);
  const data = String(await api.redis.hget(`${queue}:${chunk}`, 'data'));
  await api.redis.hset(`${queue}:${chunk}`, 'data', damage(data));
  return chunk;
}

async function statuses(ledger: string, ids: readonly string[]): Promise<unknown[]> {
  const answers = ids.map((id) => api.get(`/v1/ledgers/${ledger}/transactions/${id}`));
  return (await Promise.all(answers)).map(({ body }) => body['status']);
}
