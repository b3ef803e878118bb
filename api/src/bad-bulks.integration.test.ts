import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Answer, transfer } from '../test/client.ts';
import { openTestApi, type TestApi } from '../test/open-test-api.ts';
import { expectProblem } from '../test/problem.ts';
import { BAD_BULKS, BAD_ITEMS } from './bad-actions.cases.ts';
import { BAD_BODIES } from './bad-input.cases.ts';

const MIB = 1024 * 1024;

let api: TestApi;
let ledger: string;

beforeAll(async () => {
  api = await openTestApi();
  ledger = await api.newLedger();
});
// Whatever was sent here was refused: of none of it may anything be left.
afterAll(async () => {
  try {
    expect((await api.redis.keys('*')).filter((key) => !key.endsWith(':bond'))).toEqual([]);
  } finally {
    await api.close();
  }
});

test.each(BAD_BULKS)('a bulk is refused that is %j', async (json, pointer) => {
  expectProblem(await bulk(json), 400, 'invalid_request', { pointer });
});

test.each(BAD_BODIES.filter(([, , pointer]) => pointer === '#'))(
  'a bulk is refused that is %s',
  async (_, body) => {
    const headers = { 'Content-Type': 'application/json' };
    const answer = await api.send('POST', path(), { body, headers });
    expectProblem(answer, 400, 'invalid_request', { pointer: '#' });
  },
);

test('each bad item is refused in its place, with its faults', async () => {
  const { status, body } = await bulk({ transactions: BAD_ITEMS.map(([item]) => item) });
  expect(status).toBe(202);
  const data = body['data'] as { problem: Record<string, unknown> }[];
  expect(data).toHaveLength(BAD_ITEMS.length);
  for (const [i, [item, pointer]] of BAD_ITEMS.entries()) {
    const answer = { ...PROBLEM_JSON, status: 400, body: data[i]?.problem ?? {} };
    const place = { pointer: `#/transactions/${i}${pointer}` };
    expectProblem(answer, 400, 'invalid_request', place);
    expect(data[i], JSON.stringify(item)).toEqual({ problem: expect.anything() });
  }
});

test('each bad item of an atomic bulk refuses it, and all faults are told', async () => {
  const good = { idempotency_key: 'good', ...transfer() };
  const transactions = [good, ...BAD_ITEMS.map(([item]) => item)];
  const places = BAD_ITEMS.map(([, pointer], i) => ({
    pointer: `#/transactions/${i + 1}${pointer}`,
  }));
  expectProblem(await bulk({ atomic: true, transactions }), 400, 'invalid_request', ...places);
});

test('an atomic bulk is refused for a key that is missing, or not one', async () => {
  const transactions = [transfer(), { ...transfer(), idempotency_key: 'a b' }];
  const places = [0, 1].map((i) => ({ pointer: `#/transactions/${i}/idempotency_key` }));
  expectProblem(await bulk({ atomic: true, transactions }), 400, 'invalid_request', ...places);
});

test('an atomic bulk is refused for a key that comes twice, in whatever spelling', async () => {
  const uuid = '0198c0de-abcd-7eee-bfff-000000000001';
  const keys = ['k', uuid, '"k"', uuid.toUpperCase(), 'l'];
  const transactions = keys.map((idempotency_key) => ({ idempotency_key, ...transfer() }));
  const places = [2, 3].map((i) => ({ pointer: `#/transactions/${i}/idempotency_key` }));
  expectProblem(await bulk({ atomic: true, transactions }), 400, 'invalid_request', ...places);
});

test('a bulk of more than 1,000 transactions, or 2,000 postings, is too large', async () => {
  const items = Array.from({ length: 1_001 }, (_, i) => ({
    idempotency_key: `k${i}`,
    ...transfer(),
  }));
  expectProblem(await bulk({ transactions: items }), 413, 'too_large');
  const postings = Array.from({ length: 87 }, () => transfer().postings[0]);
  const heavy = Array.from({ length: 23 }, (_, i) => ({ idempotency_key: `k${i}`, postings }));
  expectProblem(await bulk({ transactions: heavy }), 413, 'too_large');
});

test('a body over 2 MiB is too large, announced or not', async () => {
  const body = JSON.stringify({ transactions: [{ idempotency_key: 'k', ...transfer() }] });
  const text = body.padEnd(2 * MIB + 1);
  for (const length of [null, String(text.length)]) {
    const headers = { 'Content-Type': 'application/json', 'Content-Length': length };
    expectProblem(await api.send('POST', path(), { body: text, headers }), 413, 'too_large');
  }
});

const PROBLEM_JSON: Pick<Answer, 'headers' | 'text'> = {
  headers: new Headers({ 'content-type': 'application/problem+json' }),
  text: '',
};

function path(): string {
  return `/v1/ledgers/${ledger}/transactions/bulk`;
}

function bulk(json: unknown): Promise<Answer> {
  return api.send('POST', path(), { json });
}
