import { afterAll, beforeAll, expect, test } from 'vitest';
import { transfer } from '../../test/client.ts';
import { openTestApi, type TestApi } from '../../test/open-test-api.ts';

let api: TestApi;

beforeAll(async () => {
  api = await openTestApi({ worker: true });
});
afterAll(() => api.close());

/** An account of 100, its settings, a transaction of an amount out of it or into it, and what comes of that. */
const CASES: [settings: object, amount: number, outcome: string][] = [
  [{}, -100, 'posted'],
  [{}, -101, 'insufficient_funds'],
  [{ frozen: 'none' }, -1, 'posted'],
  [{ frozen: 'debit' }, -1, 'account_frozen'],
  [{ frozen: 'debit' }, 1, 'posted'],
  [{ frozen: 'credit' }, -1, 'posted'],
  [{ frozen: 'credit' }, 1, 'account_frozen'],
  [{ frozen: 'both' }, -1, 'account_frozen'],
  [{ frozen: 'both' }, 1, 'account_frozen'],
  [limits({ overdraft_limit: '50' }), -150, 'posted'],
  [limits({ overdraft_limit: '50' }), -151, 'insufficient_funds'],
  [limits({ overdraft_limit: null }), -1_000_000, 'posted'],
  [limits({ overdraft_limit: '0' }), -101, 'insufficient_funds'],
  [limits({ max_balance: '150' }), 50, 'posted'],
  [limits({ max_balance: '150' }), 51, 'balance_limit_exceeded'],
  [limits({ max_balance: '50' }), -1, 'posted'],
  [limits({ max_balance: '50' }), 1, 'balance_limit_exceeded'],
  [limits({ max_balance: null }), 1_000_000, 'posted'],
  [limits({ overdraft_limit: '50', max_balance: '150' }), -150, 'posted'],
  [limits({ overdraft_limit: '50', max_balance: '150' }), 50, 'posted'],
  [{ limits: { 'USD/2': { overdraft_limit: null } } }, -101, 'insufficient_funds'],
];

test.each(CASES)('settings %j hold for the next transaction: %i is %s', async (...row) => {
  const [settings, amount, outcome] = row;
  const ledger = await api.newLedger();
  expect((await api.post(ledger, transfer(), { wait: 10 })).status).toBe(201);
  await put(ledger, 'users:1', settings);
  expect(await move(ledger, amount)).toBe(outcome);
});

test('settings hold for what was accepted before them and not posted yet', async () => {
  const ledger = await api.newLedger();
  expect((await api.post(ledger, transfer(), { wait: 10 })).status).toBe(201);
  await api.stopWorker();
  const { headers } = await api.post(ledger, transfer('users:1', 'users:2'));
  await put(ledger, 'users:1', { frozen: 'debit' });
  await api.startWorker();
  const { body } = await api.get(`${headers.get('location')}?wait=10`);
  expect(body).toMatchObject({ status: 'rejected', rejection: { code: 'account_frozen' } });
});

test('a freeze that is lifted lets the next transaction pass, not the rejected one', async () => {
  const ledger = await api.newLedger();
  await put(ledger, 'users:1', { frozen: 'credit' });
  const refused = await api.post(ledger, transfer(), { key: 'k', wait: 10 });
  expect(refused.body['code']).toBe('account_frozen');
  await put(ledger, 'users:1', {});
  expect((await api.post(ledger, transfer(), { key: 'k', wait: 10 })).status).toBe(422);
  expect((await api.post(ledger, transfer(), { wait: 10 })).status).toBe(201);
});

test('limits that were left out of the next PUT no longer hold', async () => {
  const ledger = await api.newLedger();
  expect((await api.post(ledger, transfer(), { wait: 10 })).status).toBe(201);
  await put(ledger, 'users:1', limits({ overdraft_limit: '50' }));
  await put(ledger, 'users:1', {});
  expect(await move(ledger, -101)).toBe('insufficient_funds');
});

test('an explicit ledger knows only the accounts that were put, and the outside', async () => {
  const ledger = await api.newLedger({ accounts: 'explicit' });
  expect(await move(ledger, 1)).toBe('account_unknown');
  await put(ledger, 'users:1', {});
  expect(await move(ledger, 1)).toBe('posted');
});

test('a frozen outside lets nothing in', async () => {
  const ledger = await api.newLedger();
  await put(ledger, 'world', { frozen: 'debit' });
  expect(await move(ledger, 1)).toBe('account_frozen');
});

/** Moves an amount from the outside into users:1, or out of it; the outcome is `posted` or the rejection's code. */
async function move(ledger: string, amount: number): Promise<unknown> {
  const size = String(Math.abs(amount));
  const sent = amount > 0 ? transfer('world', 'users:1', size) : transfer('users:1', 'world', size);
  const { body } = await api.post(ledger, sent, { wait: 10 });
  return body['code'] ?? body['status'];
}

async function put(ledger: string, address: string, json: unknown): Promise<void> {
  const { status } = await api.send('PUT', `/v1/ledgers/${ledger}/accounts/${address}`, { json });
  expect([200, 201]).toContain(status);
}

function limits(limit: object) {
  return { limits: { 'BRL/2': limit } };
}
