import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Answer, transfer } from '../../../test/client.ts';
import { closeLawful, openTestApi, type TestApi } from '../../../test/open-test-api.ts';
import { balanceOf } from '../../../test/outcome.ts';
import { expectProblem } from '../../../test/problem.ts';
import { expireRecords, loseRecords } from '../../../test/queue.ts';

let api: TestApi;

beforeAll(async () => {
  api = await openTestApi({ worker: true });
});
afterAll(() => closeLawful(api));

test('a bulk that waits gets the outcome of each, in order', async () => {
  const ledger = await api.newLedger();
  const answer = await api.bulk(
    ledger,
    [
      item('a', 'world', 'users:1'),
      item('b', 'users:2', 'users:1'),
      { ...item('c', 'users:1', 'shop'), hold: { expires_in: 60 } },
      { ...item('d', 'world', 'users:1'), postings: [] },
    ],
    { wait: 10 },
  );
  expect(answer.status).toBe(202);
  expect(answer.headers.get('preference-applied')).toBe('wait=10');
  expect(statuses(answer)).toEqual(['posted', 'rejected', 'pending', 'invalid_request']);
  const found = await api.get(`/v1/ledgers/${ledger}/transactions/${dataOf(answer)[1]?.id}`);
  expect(found.body).toMatchObject({ sequence: 2, rejection: { code: 'insufficient_funds' } });
});

test('a replay shows the current statuses, without waiting', async () => {
  const ledger = await api.newLedger();
  const bulk = [item('a', 'world', 'users:1'), item('b', 'users:2', 'users:1')];
  await api.bulk(ledger, bulk, { wait: 10 });
  const again = await api.bulk(ledger, bulk);
  expect(statuses(again)).toEqual(['posted', 'rejected']);
  expect(again.headers.get('idempotency-replayed')).toBe('true');
});

test('a bulk of 1,000 is posted in order', async () => {
  const ledger = await api.newLedger();
  const bulk = Array.from({ length: 1_000 }, (_, i) => item(`k${i}`, 'world', 'users:1'));
  const answer = await api.bulk(ledger, bulk, { wait: 10 });
  expect(new Set(statuses(answer))).toEqual(new Set(['posted']));
  for (const i of [0, 499, 999]) {
    const path = `/v1/ledgers/${ledger}/transactions/${dataOf(answer)[i]?.id}`;
    expect((await api.get(path)).body).toMatchObject({ sequence: i + 1 });
  }
});

test('a bulk is answered when the time is over, with what is queued still', async () => {
  const ledger = await api.newLedger();
  await api.stopWorker();
  try {
    const started = performance.now();
    const answer = await api.bulk(ledger, [item('a', 'world', 'users:1')], { wait: 1 });
    expect(performance.now() - started).toBeGreaterThan(990);
    expect(answer.status).toBe(202);
    expect(statuses(answer)).toEqual(['queued']);
  } finally {
    await api.startWorker();
  }
});

describe('an atomic bulk', () => {
  test('posts all, each seeing those before it', async () => {
    const ledger = await api.newLedger();
    const bulk = [item('a', 'world', 'users:1'), item('b', 'users:1', 'users:2')];
    const answer = await api.bulk(ledger, bulk, { atomic: true, wait: 10 });
    expect(statuses(answer)).toEqual(['posted', 'posted']);
    const again = await api.bulk(ledger, bulk, { atomic: true });
    expect(again.body).toEqual(answer.body);
    expect(await balanceOf(api, ledger, 'users:2')).toMatchObject({ posted: '100' });
  });

  test('rejects all, the cause with its code, and moves nothing', async () => {
    const ledger = await api.newLedger();
    const bulk = [
      item('a', 'world', 'users:1'),
      item('b', 'users:2', 'users:1'),
      item('c', 'world', 'users:1'),
    ];
    const answer = await api.bulk(ledger, bulk, { atomic: true, wait: 10 });
    expect(answer.status).toBe(202);
    expect(statuses(answer)).toEqual(['rejected', 'rejected', 'rejected']);
    const codes = await Promise.all(
      dataOf(answer).map(async ({ id }) => {
        const { body } = await api.get(`/v1/ledgers/${ledger}/transactions/${id}`);
        return (body['rejection'] as { code: string }).code;
      }),
    );
    expect(codes).toEqual(['dependency_failed', 'insufficient_funds', 'dependency_failed']);
    expect(await balanceOf(api, ledger, 'users:1')).toBeUndefined();
  });

  test('whose records are lost is a replay all the same', async () => {
    const ledger = await api.newLedger();
    const bulk = [item('a', 'world', 'users:1'), item('b', 'users:1', 'users:2')];
    const first = await api.bulk(ledger, bulk, { atomic: true, wait: 10 });
    await loseRecords(api.redis);
    const again = await api.bulk(ledger, bulk, { atomic: true, wait: 10 });
    expect(again).toMatchObject({ status: 202, body: first.body });
    expect(await balanceOf(api, ledger, 'users:2')).toMatchObject({ posted: '100' });
  });

  test('is refused to who waits, where a key was used before its record was lost', async () => {
    const ledger = await api.newLedger();
    await api.post(ledger, transfer(), { key: 'b', wait: 10 });
    await loseRecords(api.redis);
    const bulk = [item('a', 'world', 'users:1'), item('b', 'world', 'users:2')];
    const answer = await api.bulk(ledger, bulk, { atomic: true, wait: 10 });
    const place = { pointer: '#/transactions/1/idempotency_key' };
    expectProblem(answer, 422, 'idempotency_key_reused', place);
    expect(await balanceOf(api, ledger, 'users:1')).toMatchObject({ posted: '100' });
  });

  test('that is stored is replayed, although a late command has taken a key in between', async () => {
    const ledger = await api.newLedger();
    const bulk = [item('a', 'world', 'users:1'), item('b', 'users:1', 'users:2')];
    const first = await api.bulk(ledger, bulk, { atomic: true, wait: 10 });
    await expireRecords(api.redis);
    await api.stopWorker();
    try {
      // Nobody knows of the bulk now: this is accepted, and waits.
      expect((await api.post(ledger, transfer(), { key: 'b' })).status).toBe(202);
      const again = await api.bulk(ledger, bulk, { atomic: true });
      expect(again).toMatchObject({ status: 202, body: first.body });
      expect(again.headers.get('idempotency-replayed')).toBe('true');
      const other = [item('x', 'world', 'users:1'), item('b', 'users:1', 'users:2')];
      const refused = await api.bulk(ledger, other, { atomic: true });
      expect(refused).toMatchObject({ status: 422, body: { code: 'idempotency_key_reused' } });
    } finally {
      await api.startWorker();
    }
  });
});

test('an item whose key was used before its record was lost is refused to who waits', async () => {
  const ledger = await api.newLedger();
  await api.post(ledger, transfer(), { key: 'b', wait: 10 });
  await loseRecords(api.redis);
  const bulk = [item('a', 'world', 'users:1'), item('b', 'world', 'users:2')];
  const answer = await api.bulk(ledger, bulk, { wait: 10 });
  expect(statuses(answer)).toEqual(['posted', 'idempotency_key_reused']);
});

test('an item replays what is stored, although a late command has taken its key in between', async () => {
  const ledger = await api.newLedger();
  await api.post(ledger, transfer(), { key: 'b', wait: 10 });
  await expireRecords(api.redis);
  await api.stopWorker();
  try {
    expect((await api.post(ledger, transfer('world', 'c'), { key: 'b' })).status).toBe(202);
    const bulk = [item('a', 'world', 'users:1'), item('b', 'world', 'users:1')];
    expect(statuses(await api.bulk(ledger, bulk))).toEqual(['queued', 'posted']);
  } finally {
    await api.startWorker();
  }
});

function item(key: string, source: string, destination: string) {
  return { idempotency_key: key, ...transfer(source, destination) };
}

type Data = { id?: string; status?: string; problem?: { code: string } }[];

function dataOf({ body }: Answer): Data {
  return body['data'] as Data;
}

function statuses(answer: Answer): (string | undefined)[] {
  return dataOf(answer).map(({ status, problem }) => problem?.code ?? status);
}
