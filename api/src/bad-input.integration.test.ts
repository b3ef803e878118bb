import { afterAll, beforeAll, expect, test } from 'vitest';
import { transfer } from '../test/client.ts';
import { openTestApi, type TestApi } from '../test/open-test-api.ts';
import { expectProblem } from '../test/problem.ts';
import { BAD_ACTIONS } from './bad-actions.cases.ts';
import { BAD_BODIES, BAD_KEYS, BAD_TRANSACTIONS } from './bad-input.cases.ts';
import { BAD_ACCOUNT_SETTINGS, BAD_LEDGER_SETTINGS, BAD_REQUESTS } from './bad-requests.cases.ts';

const KIB = 1024;
const JSON_TYPE = { 'Content-Type': 'application/json' };

let api: TestApi;
let ledger: string;

beforeAll(async () => {
  api = await openTestApi();
  ledger = await api.newLedger();
});
// Whatever was sent here was refused: of none of it may anything be left.
afterAll(async () => {
  try {
    expect(await storedRows()).toEqual({ transactions: 0, accounts: 0, balances: 0, ledgers: 1 });
    expect((await api.redis.keys('*')).filter((key) => !key.endsWith(':bond'))).toEqual([]);
    const { body } = await api.get(`/v1/ledgers/${ledger}`);
    expect(body).toMatchObject({ metadata: {}, chain_head: { sequence: 0 } });
  } finally {
    await api.close();
  }
});

test.each(BAD_TRANSACTIONS)(
  'a transaction is refused for its %s (%j)',
  async (_, json, pointer) => {
    expectProblem(await api.post(ledger, json), 400, 'invalid_request', { pointer });
  },
);

test.each(BAD_ACTIONS)('a %s is refused for its body %j', async (action, json, pointer) => {
  const sent = { json, headers: { 'Idempotency-Key': 'k' } };
  const path = `/v1/ledgers/${ledger}/transactions/0198c0de-0000-7000-8000-00000000000a`;
  const answer = await api.send('POST', `${path}/${action}`, sent);
  expectProblem(answer, 400, 'invalid_request', { pointer });
});

test.each(BAD_BODIES)('a body is refused that is %s', async (_, body, pointer) => {
  const headers = { 'Idempotency-Key': 'k', ...JSON_TYPE };
  const answer = await api.send('POST', `/v1/ledgers/${ledger}/transactions`, { body, headers });
  expectProblem(answer, 400, 'invalid_request', { pointer });
});

test.each(BAD_KEYS)('an idempotency key is refused that is %s (%j)', async (_, header, code) => {
  const sent = { json: transfer(), headers: { 'Idempotency-Key': header } };
  const answer = await api.send('POST', `/v1/ledgers/${ledger}/transactions`, sent);
  expectProblem(answer, 400, code, { header: 'Idempotency-Key' });
});

test.for(BAD_REQUESTS)('%s is refused', async (row) => {
  const [request, sent, status, code, place, headers = {}] = row;
  const [method = '', path = ''] = request.replace('{ledger}', ledger).split(' ');
  const answer = await api.send(method, path, sent);
  expectProblem(answer, status, code, ...(place ? [place] : []));
  const allow = answer.headers.get('allow')?.split(', ').sort().join(', ');
  const received = { ...Object.fromEntries(answer.headers), ...(allow ? { allow } : {}) };
  expect(received).toMatchObject(headers);
});

test.each(BAD_ACCOUNT_SETTINGS)('an account does not take %j', async (json, pointer) => {
  const answer = await api.send('PUT', `/v1/ledgers/${ledger}/accounts/a`, { json });
  expectProblem(answer, 400, 'invalid_request', { pointer });
});

test.each(BAD_LEDGER_SETTINGS)('a ledger does not take %j', async (json, pointer) => {
  const answer = await api.send('PUT', `/v1/ledgers/${ledger}`, { json });
  expectProblem(answer, 400, 'invalid_request', { pointer });
});

test('the outside takes no limits', async () => {
  const json = { limits: { 'BRL/2': { overdraft_limit: '1', max_balance: null } } };
  const answer = await api.send('PUT', `/v1/ledgers/${ledger}/accounts/world`, { json });
  expectProblem(answer, 400, 'invalid_request', { pointer: '#/limits/BRL~12' });
});

test('every fault of a body is named at once', async () => {
  const posting = { source: '', destination: 1, asset: 'BRL', amount: '0', memo: '' };
  const json = { postings: [posting, posting], reference: 1, unknown: 1 };
  const { body } = await api.post(ledger, json);
  const fields = ['source', 'destination', 'asset', 'amount', 'memo'];
  const pointers = (body['errors'] as { pointer: string }[]).map(({ pointer }) => pointer);
  expect(pointers.toSorted()).toEqual(
    [
      ...fields.flatMap((field) => [`#/postings/0/${field}`, `#/postings/1/${field}`]),
      '#/reference',
      '#/unknown',
    ].toSorted(),
  );
});

test.each([
  ['POST', '/transactions'],
  ['PUT', ''],
  ['PUT', '/accounts/a'],
])('a body over 64 KiB is refused by %s %s, announced or not', async (method, path) => {
  const text = JSON.stringify(transfer()).padEnd(64 * KIB + 1);
  const headers = { 'Idempotency-Key': 'k', ...JSON_TYPE };
  const announced = { body: text, headers: { ...headers, 'Content-Length': String(text.length) } };
  const url = `/v1/ledgers/${ledger}${path}`;
  expectProblem(await api.send(method, url, announced), 413, 'too_large');
  expectProblem(await api.send(method, url, { body: text, headers }), 413, 'too_large');
});

test('of a body without an end only as much is read as could be accepted', async () => {
  let sent = 0;
  const body = new ReadableStream({
    pull(controller) {
      sent += KIB;
      controller.enqueue(new Uint8Array(KIB).fill(0x20));
    },
  });
  const headers = { 'Idempotency-Key': 'k', ...JSON_TYPE };
  const answer = await api.send('POST', `/v1/ledgers/${ledger}/transactions`, { body, headers });
  expectProblem(answer, 413, 'too_large');
  expect(sent).toBeLessThan(70 * KIB);
});

test('HEAD of a resource that has no GET is a 405 without a body', async () => {
  const answer = await api.send('HEAD', `/v1/ledgers/${ledger}/transactions`);
  expect(answer).toMatchObject({ status: 405, body: {} });
  expect(answer.headers.get('allow')).toBe('POST');
});

async function storedRows(): Promise<Record<string, number>> {
  const tables = ['transactions', 'accounts', 'balances', 'ledgers'];
  const counts = tables.map((table) => `(select count(*)::integer from ${table}) as ${table}`);
  const { rows } = await api.database.query(`select ${counts.join(', ')}`);
  return rows[0];
}
