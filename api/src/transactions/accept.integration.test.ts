import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { idOf, transfer } from '../../test/client.ts';
import { openTestApi, type TestApi } from '../../test/open-test-api.ts';
import { expectProblem } from '../../test/problem.ts';
import { queuedCommands } from '../../test/queue.ts';

const V8 = /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/;

let api: TestApi;

// Nothing posts here: what is accepted stays queued.
beforeAll(async () => {
  api = await openTestApi();
});
afterAll(() => api.close());

test('a write is accepted with 202, where to look, when, and the queued transaction', async () => {
  const ledger = await api.newLedger();
  const key = randomUUID();
  const answer = await api.post(ledger, transfer(), { key });
  expect(answer.status).toBe(202);
  expect(answer.headers.get('location')).toBe(`/v1/ledgers/${ledger}/transactions/${key}`);
  expect(answer.headers.get('retry-after')).toBe('1');
  expect(answer.headers.has('idempotency-replayed')).toBe(false);
  expect(answer.headers.has('preference-applied')).toBe(false);
  expect(answer.body).toEqual({
    id: key,
    ledger,
    kind: 'transfer',
    status: 'queued',
    target: null,
    postings: transfer().postings,
    hold: null,
    reverted_amount: '0',
    description: null,
    reference: null,
    metadata: {},
    effective_at: null,
    accepted_at: expect.stringMatching(INSTANT),
    posted_at: null,
    sequence: null,
    rejection: null,
  });
});

test('what was accepted is in the queue once, in the order in which it was accepted', async () => {
  const ledger = await api.newLedger();
  const ids: string[] = [];
  for (let i = 1; i <= 5; i++) {
    ids.push(idOf(await api.post(ledger, transfer('world', 'a', String(i)), { key: `key-${i}` })));
    await api.post(ledger, transfer('world', 'a', String(i)), { key: `key-${i}` });
  }
  expect((await queuedCommands(api.redis, ids)).map(({ id }) => id)).toEqual(ids);
});

test('the texts, the metadata and the time of a write go with it', async () => {
  const ledger = await api.newLedger();
  const texts = {
    description: 'caf\u00e9 \ud83d\ude80',
    reference: '',
    metadata: { constructor: 'a', '\u00e9 /~': '', toString: '\ud83d\ude80' },
  };
  const sent = { ...transfer(), ...texts, effective_at: '2026-01-02T01:04:05.6789012+02:00' };
  const answer = await api.post(ledger, sent);
  const effective = '2026-01-01T23:04:05.678901Z';
  expect(answer.body).toMatchObject({ ...texts, effective_at: effective });
  const [command] = await queuedCommands(api.redis, [idOf(answer)]);
  expect(command).toMatchObject({ ...texts, effectiveAt: effective, kind: 'transfer' });
});

const POSTING = transfer().postings[0];
test.each([
  ['100 postings', { postings: Array.from({ length: 100 }, () => POSTING) }],
  ['an amount of 38 digits', transfer('world', 'a', '9'.repeat(38))],
  ['an address of 255 characters', transfer('world', `${'a:'.repeat(127)}a`)],
  ['an asset of 17 characters', { postings: [{ ...POSTING, asset: `A${'B'.repeat(16)}/99` }] }],
  ['both directions between two accounts', { postings: [POSTING, transfer('a', 'b').postings[0]] }],
  [
    'the longest texts',
    { ...transfer(), description: 'a'.repeat(500), reference: 'a'.repeat(200) },
  ],
  [
    'a description of 500 characters that are two units each',
    { ...transfer(), description: '\ud83d\ude80'.repeat(500) },
  ],
  [
    'the largest metadata',
    {
      ...transfer(),
      metadata: Object.fromEntries(
        Array.from({ length: 50 }, (_, i) => [`${i}`.padEnd(64, 'k'), 'v'.repeat(500)]),
      ),
    },
  ],
])('%s is not too much', async (_, json) => {
  const ledger = await api.newLedger();
  expect((await api.post(ledger, json)).status).toBe(202);
});

test.each([
  'application/json',
  'application/json; charset=utf-8',
  'Application/JSON;charset="UTF-8"',
])('a body of type %s is taken', async (type) => {
  const ledger = await api.newLedger();
  const headers = { 'Idempotency-Key': 'k', 'Content-Type': type };
  const sent = { json: transfer(), headers };
  expect((await api.send('POST', `/v1/ledgers/${ledger}/transactions`, sent)).status).toBe(202);
});

test('a body of exactly 64 KiB is taken, announced or not', async () => {
  const ledger = await api.newLedger();
  const body = JSON.stringify(transfer()).padEnd(64 * 1024);
  for (const length of [null, String(body.length)]) {
    const headers = {
      'Idempotency-Key': randomUUID(),
      'Content-Type': 'application/json',
      'Content-Length': length,
    };
    const sent = { body, headers };
    expect((await api.send('POST', `/v1/ledgers/${ledger}/transactions`, sent)).status).toBe(202);
  }
});

describe('the id', () => {
  test.each(['1', '2', '3', '4', '5', '6', '7'])(
    'is the key, in lower case, where that is a UUID of version %s',
    async (version) => {
      const ledger = await api.newLedger();
      const uuid = `0198C0DE-ABCD-${version}EEE-BFFF-${randomUUID().slice(-12).toUpperCase()}`;
      const upper = await api.post(ledger, transfer(), { key: uuid });
      expect(idOf(upper)).toBe(uuid.toLowerCase());
      const lower = await api.post(ledger, transfer(), { key: uuid.toLowerCase() });
      expect(idOf(lower)).toBe(uuid.toLowerCase());
      expect(lower.headers.get('idempotency-replayed')).toBe('true');
    },
  );

  test.each([
    ['a word', 'k'],
    ['255 characters', 'k'.repeat(255)],
    ['punctuation', "!#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"],
    ['a UUID of version 8', '0198c0de-abcd-8eee-bfff-000000000001'],
    ['a UUID of version 0', '0198c0de-abcd-0eee-bfff-000000000001'],
    ['a UUID of another variant', '0198c0de-abcd-4eee-cfff-000000000001'],
    ['a UUID in braces', '{0198c0de-abcd-4eee-bfff-000000000001}'],
    ['a UUID without hyphens', '0198c0deabcd4eeebfff000000000001'],
  ])('is a UUIDv8 of ledger and key where the key is %s', async (_, key) => {
    const [one, two] = [await api.newLedger(), await api.newLedger()];
    const first = await api.post(one, transfer(), { key });
    expect(first.status).toBe(202);
    expect(idOf(first)).toMatch(V8);
    expect(idOf(first)).not.toBe(key);
    expect(idOf(await api.post(one, transfer(), { key }))).toBe(idOf(first));
    expect(idOf(await api.post(two, transfer(), { key }))).not.toBe(idOf(first));
  });

  test('does not change from release to release', async () => {
    const sent = { json: {} };
    await api.send('PUT', '/v1/ledgers/for-ever', sent);
    const answer = await api.post('for-ever', transfer(), { key: 'order-1' });
    expect(idOf(answer)).toBe('f1e71e14-19f6-8393-821a-e9e48aaa8c67');
  });

  test('of a key that looks like the id of another is not that id', async () => {
    const ledger = await api.newLedger();
    const derived = idOf(await api.post(ledger, transfer(), { key: 'k' }));
    expect(idOf(await api.post(ledger, transfer(), { key: derived }))).not.toBe(derived);
  });

  test.each([
    ['k', '"k"'],
    ['a"b', '"a\\"b"'],
    ['a\\b', '"a\\\\b"'],
    ['0198c0de-abcd-7eee-bfff-000000000002', '"0198C0DE-abcd-7eee-bfff-000000000002"'],
  ])('is the same for %s and %s', async (bare, quoted) => {
    const ledger = await api.newLedger();
    const first = await api.post(ledger, transfer(), { key: bare });
    const second = await api.post(ledger, transfer(), { key: quoted });
    expect(idOf(second)).toBe(idOf(first));
    expect(second.headers.get('idempotency-replayed')).toBe('true');
  });

  test('is scoped to the ledger', async () => {
    const [one, two] = [await api.newLedger(), await api.newLedger()];
    const key = randomUUID();
    expect((await api.post(one, transfer(), { key })).status).toBe(202);
    const other = await api.post(two, transfer('world', 'b'), { key });
    expect(other).toMatchObject({ status: 202, body: { id: key, ledger: two } });
    expect(other.headers.has('idempotency-replayed')).toBe(false);
  });
});

describe('the same key', () => {
  test('with the same command is a replay of the first acceptance', async () => {
    const ledger = await api.newLedger();
    const first = await api.post(ledger, transfer(), { key: 'k' });
    const again = await api.post(ledger, transfer(), { key: 'k' });
    expect(again.status).toBe(202);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(again.headers.get('location')).toBe(first.headers.get('location'));
    expect(again.headers.get('retry-after')).toBe('1');
    expect(again.body).toEqual(first.body);
  });

  test.each([
    [
      'another order of keys',
      '{"postings":[{"amount":"1","asset":"A/0","destination":"b","source":"a"}]}',
    ],
    ['metadata that is empty', `{"metadata":{},${base().slice(1)}`],
    [
      'blanks and escapes',
      ` {"postings" : [{"source":"\\u0061","destination":"b","asset":"A/0","amount":"1"}]}\n`,
    ],
  ])('with %s is a replay', async (_, body) => {
    const ledger = await api.newLedger();
    const first = await send(ledger, base());
    const again = await send(ledger, body);
    expect(again).toMatchObject({ status: 202, body: first.body });
    expect(again.headers.get('idempotency-replayed')).toBe('true');
  });

  test('with metadata in another order, or the same instant in another offset, is a replay', async () => {
    const ledger = await api.newLedger();
    const one = { metadata: { a: '1', b: '2' }, effective_at: '2026-01-02T03:04:05Z' };
    const two = { effective_at: '2026-01-02T04:04:05.000+01:00', metadata: { b: '2', a: '1' } };
    await api.post(ledger, { ...transfer(), ...one }, { key: 'k' });
    const again = await api.post(ledger, { ...transfer(), ...two }, { key: 'k' });
    expect(again.headers.get('idempotency-replayed')).toBe('true');
  });

  test.each([
    ['amount', transfer('world', 'users:1', '101')],
    ['source', transfer('bank')],
    ['destination', transfer('world', 'users:2')],
    ['asset', { postings: [{ ...POSTING, asset: 'BRL/3' }] }],
    ['number of postings', { postings: [POSTING, POSTING] }],
    ['description', { ...transfer(), description: '' }],
    ['reference', { ...transfer(), reference: 'a' }],
    ['metadata', { ...transfer(), metadata: { a: '' } }],
    ['time', { ...transfer(), effective_at: '2026-01-02T03:04:05Z' }],
  ])('with another %s is refused, and the first stands', async (_, other) => {
    const ledger = await api.newLedger();
    const first = await api.post(ledger, transfer(), { key: 'k' });
    const place = { header: 'Idempotency-Key' };
    expectProblem(
      await api.post(ledger, other, { key: 'k' }),
      422,
      'idempotency_key_reused',
      place,
    );
    expect((await api.post(ledger, transfer(), { key: 'k' })).body).toEqual(first.body);
    const queued = await queuedCommands(api.redis, [idOf(first)]);
    expect(queued).toMatchObject([{ postings: transfer().postings, description: null }]);
  });

  test('with the postings in another order is refused: order is part of the command', async () => {
    const ledger = await api.newLedger();
    const postings = [transfer('world', 'a').postings[0], transfer('a', 'b').postings[0]];
    await api.post(ledger, { postings }, { key: 'k' });
    const other = await api.post(ledger, { postings: postings.toReversed() }, { key: 'k' });
    expect(other.status).toBe(422);
  });
});

function base(): string {
  return '{"postings":[{"source":"a","destination":"b","asset":"A/0","amount":"1"}]}';
}

function send(ledger: string, body: string) {
  const headers = { 'Idempotency-Key': 'k', 'Content-Type': 'application/json' };
  return api.send('POST', `/v1/ledgers/${ledger}/transactions`, { body, headers });
}
