import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Answer, idOf, transfer } from '../../../test/client.ts';
import { openTestApi, type TestApi } from '../../../test/open-test-api.ts';
import { expectProblem } from '../../../test/problem.ts';
import { queuedChunks, queuedCommands } from '../../../test/queue.ts';

let api: TestApi;

// Nothing posts here: what is accepted stays queued.
beforeAll(async () => {
  api = await openTestApi();
});
afterAll(() => api.close());

test('a bulk is accepted with 202 and the id and status of each, in order, without a key of its own', async () => {
  const ledger = await api.newLedger();
  const keys: string[] = Array.from({ length: 5 }, () => randomUUID());
  const answer = await api.bulk(
    ledger,
    keys.map((key) => item(key)),
  );
  expect(answer.status).toBe(202);
  expect(answer.body).toEqual({ data: keys.map((id) => ({ id, status: 'queued' })) });
  expect(answer.headers.get('retry-after')).toBe('1');
  expect(answer.headers.has('idempotency-replayed')).toBe(false);
  expect(answer.headers.has('location')).toBe(false);
  const [chunk, ...others] = (await queuedChunks(api.redis)).filter(({ commands }) =>
    commands.some(({ id }) => keys.includes(id)),
  );
  expect(others).toEqual([]);
  expect(chunk?.commands.map(({ id }) => id)).toEqual(keys);
});

test('a key stands for the same transaction in a bulk and alone', async () => {
  const ledger = await api.newLedger();
  const single = await api.post(ledger, transfer(), { key: 'k' });
  const first = await api.bulk(ledger, [item('"k"'), item('l')]);
  expect(statuses(first)).toEqual(['queued', 'queued']);
  expect(dataOf(first)[0]?.id).toBe(idOf(single));
  expect(first.headers.has('idempotency-replayed')).toBe(false);
  const again = await api.bulk(ledger, [item('k'), item('l')]);
  expect(again.body).toEqual(first.body);
  expect(again.headers.get('idempotency-replayed')).toBe('true');
  const replay = await api.post(ledger, transfer(), { key: 'l' });
  expect(replay.headers.get('idempotency-replayed')).toBe('true');
  expect(await queuedCommands(api.redis, ids(first))).toHaveLength(2);
});

test('an item that is not valid, or whose key was used, refuses only itself', async () => {
  const ledger = await api.newLedger();
  await api.post(ledger, transfer(), { key: 'used' });
  const answer = await api.bulk(ledger, [
    item('a'),
    { ...item('b'), postings: [] },
    item('used', 'users:2'),
    transfer(),
    item('c'),
  ]);
  expect(answer.status).toBe(202);
  expect(statuses(answer)).toEqual([
    'queued',
    'invalid_request',
    'idempotency_key_reused',
    'idempotency_key_missing',
    'queued',
  ]);
  expect(dataOf(answer)[2]).toEqual({
    problem: {
      type: '/problems/idempotency_key_reused',
      title: expect.stringMatching(/./),
      status: 422,
      code: 'idempotency_key_reused',
      detail: expect.stringMatching(/./),
      instance: expect.stringMatching(/^urn:uuid:/),
      errors: [{ pointer: '#/transactions/2/idempotency_key', detail: expect.stringMatching(/./) }],
    },
  });
  expect(await queuedCommands(api.redis, ids(answer))).toHaveLength(2);
});

test('a key that comes twice in a bulk is a replay of the first, or another command', async () => {
  const ledger = await api.newLedger();
  const answer = await api.bulk(ledger, [item('k'), item('k'), item('k', 'users:2')]);
  expect(statuses(answer)).toEqual(['queued', 'queued', 'idempotency_key_reused']);
  expect(new Set(ids(answer)).size).toBe(1);
  expect(await queuedCommands(api.redis, ids(answer))).toMatchObject([transfer()]);
});

test('1,000 transactions are not too many, nor 2,000 postings', async () => {
  const ledger = await api.newLedger();
  const postings = [transfer().postings[0], transfer('world', 'b').postings[0]];
  const items = Array.from({ length: 1_000 }, (_, i) => ({ idempotency_key: `k${i}`, postings }));
  for (const atomic of [false, true]) {
    const name = atomic ? ledger : await api.newLedger();
    const answer = await api.bulk(name, items, { atomic });
    expect(new Set(statuses(answer))).toEqual(new Set(['queued']));
    expect(new Set(ids(answer)).size).toBe(1_000);
  }
});

test('holds, conditions and what is depended on go with their items', async () => {
  const ledger = await api.newLedger();
  const first = randomUUID();
  const [posting] = transfer().postings;
  const answer = await api.bulk(ledger, [
    item(first),
    { ...item('a'), depends_on: first.toUpperCase() },
    { idempotency_key: 'b', postings: [{ ...posting, if: { source_available_gte: '9' } }] },
    { ...item('c'), hold: { expires_in: 60 } },
  ]);
  expect(await queuedCommands(api.redis, ids(answer))).toMatchObject([
    { kind: 'transfer' },
    { kind: 'transfer', dependsOn: first },
    { postings: [{ ...posting, if: { sourceAvailableGte: '9' } }] },
    { kind: 'hold', expiresAt: expect.stringMatching(/Z$/) },
  ]);
});

describe('an atomic bulk', () => {
  test('is queued side by side with one digest, and sent again it is a replay', async () => {
    const ledger = await api.newLedger();
    const bulk = ['a', 'b', 'c'].map((key) => item(key));
    const first = await api.bulk(ledger, bulk, { atomic: true });
    expect(statuses(first)).toEqual(['queued', 'queued', 'queued']);
    const commands = await queuedCommands(api.redis, ids(first));
    expect(new Set(commands.map(({ atomic }) => atomic))).toEqual(
      new Set([expect.stringMatching(/^[A-Za-z0-9+/]{43}=$/)]),
    );
    const again = await api.bulk(ledger, bulk, { atomic: true });
    expect(again).toMatchObject({ status: 202, body: first.body });
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(await queuedCommands(api.redis, ids(first))).toHaveLength(3);
  });

  test.each([
    ['in another order', ['b', 'a', 'c'], [0, 1, 2]],
    ['with other members', ['d', 'a', 'e'], [1]],
    ['with one more', ['a', 'b', 'c', 'd'], [0, 1, 2]],
    ['with one less', ['a', 'b'], [0, 1]],
  ])('is refused whole %s, and nothing of it is stored', async (_, keys, contradicting) => {
    const ledger = await api.newLedger();
    await api.bulk(
      ledger,
      ['a', 'b', 'c'].map((key) => item(key)),
      { atomic: true },
    );
    const before = await api.redis.keys('*:t:*');
    const places = contradicting.map((i) => ({ pointer: `#/transactions/${i}/idempotency_key` }));
    const answer = await api.bulk(
      ledger,
      keys.map((key) => item(key)),
      { atomic: true },
    );
    expectProblem(answer, 422, 'idempotency_key_reused', ...places);
    expect((await api.redis.keys('*:t:*')).sort()).toEqual(before.sort());
  });

  test('is refused whole where a key of it was used alone, and the other way round', async () => {
    const ledger = await api.newLedger();
    const place = { pointer: '#/transactions/1/idempotency_key' };
    await api.post(ledger, transfer(), { key: 'b' });
    const bulk = ['a', 'b'].map((key) => item(key));
    const refused = await api.bulk(ledger, bulk, { atomic: true });
    expectProblem(refused, 422, 'idempotency_key_reused', place);
    expect((await api.post(ledger, transfer(), { key: 'a' })).status).toBe(202);

    await api.bulk(
      ledger,
      ['x', 'y'].map((key) => item(key)),
      { atomic: true },
    );
    const single = await api.post(ledger, transfer(), { key: 'x' });
    expectProblem(single, 422, 'idempotency_key_reused', { header: 'Idempotency-Key' });
    const mixed = await api.bulk(ledger, [item('x'), item('z')]);
    expect(statuses(mixed)).toEqual(['idempotency_key_reused', 'queued']);
  });
});

type Data = { id?: string; status?: string; problem?: { code: string } }[];

function dataOf({ body }: Answer): Data {
  return body['data'] as Data;
}

function statuses(answer: Answer): (string | undefined)[] {
  return dataOf(answer).map(({ status, problem }) => problem?.code ?? status);
}

function ids(answer: Answer): string[] {
  return dataOf(answer).flatMap(({ id }) => (id === undefined ? [] : [id]));
}

function item(key: string, destination = 'users:1') {
  return { idempotency_key: key, ...transfer('world', destination) };
}
