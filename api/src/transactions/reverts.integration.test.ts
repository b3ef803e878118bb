import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Answer, idOf, transfer } from '../../test/client.ts';
import { closeLawful, openTestApi, type TestApi } from '../../test/open-test-api.ts';
import { balanceOf, expectRejection } from '../../test/outcome.ts';
import { expectProblem } from '../../test/problem.ts';

let api: TestApi;

beforeAll(async () => {
  api = await openTestApi({ worker: true });
});
afterAll(() => closeLawful(api));

describe('a revert', () => {
  test('moves back a part, then the rest, and the transfer tells how much', async () => {
    const ledger = await api.newLedger();
    const first = await send(ledger, transfer(), 'k');
    const part = await revert(ledger, first, { amount: '30' });
    expect(part).toMatchObject({
      status: 201,
      body: {
        kind: 'revert',
        status: 'posted',
        target: idOf(first),
        postings: [{ source: 'users:1', destination: 'world', asset: 'BRL/2', amount: '30' }],
      },
    });
    expect(await send(ledger, transfer(), 'k')).toMatchObject({
      status: 201,
      body: { status: 'posted', reverted_amount: '30', sequence: 1 },
    });
    const rest = await revert(ledger, first);
    expect(rest.body).toMatchObject({ postings: [{ amount: '70' }] });
    const path = `/v1/ledgers/${ledger}/transactions/${idOf(first)}`;
    expect((await api.get(path)).body).toMatchObject({ reverted_amount: '100', status: 'posted' });
    expect(await balanceOf(api, ledger, 'users:1')).toMatchObject({ posted: '0' });
    expectRejection(await revert(ledger, first), 'already_reverted');
  });

  test('of a capture moves back what that took', async () => {
    const ledger = await api.newLedger();
    await send(ledger, transfer());
    const hold = { ...transfer('users:1', 'shop', '60'), hold: { expires_in: 60 } };
    const held = await send(ledger, hold);
    const captured = await api.act(ledger, idOf(held), 'capture', {}, { wait: 10 });
    const reverted = await revert(ledger, captured);
    expect(reverted.body).toMatchObject({ postings: [{ source: 'shop', amount: '60' }] });
    expectRejection(await revert(ledger, held), 'target_unknown');
    expectRejection(await revert(ledger, reverted), 'target_unknown');
  });

  test('of more than is left is rejected', async () => {
    const ledger = await api.newLedger();
    const first = await send(ledger, transfer());
    await revert(ledger, first, { amount: '30' });
    const answer = await revert(ledger, first, { amount: '71' });
    const about = { asset: 'BRL/2', available: '70', required: '71' };
    expectRejection(answer, 'revert_amount_exceeded', about);
  });

  test('of what is spent is rejected, unless it is forced', async () => {
    const ledger = await api.newLedger();
    const first = await send(ledger, transfer());
    await send(ledger, transfer('users:1', 'shop', '40'));
    const about = { account: 'users:1', asset: 'BRL/2', available: '60', required: '100' };
    expectRejection(await revert(ledger, first), 'insufficient_funds', about);
    expect(await revert(ledger, first, { force: true })).toMatchObject({ status: 201 });
    expect(await balanceOf(api, ledger, 'users:1')).toMatchObject({ posted: '-40' });
  });
});

describe('a transfer', () => {
  test('goes through while its conditions hold, and is rejected once they do not', async () => {
    const ledger = await api.newLedger();
    await send(ledger, transfer());
    const [posting] = transfer('users:1', 'shop', '40').postings;
    const sent = { postings: [{ ...posting, if: { source_available_gte: '100' } }] };
    const first = await send(ledger, sent);
    expect(first).toMatchObject({ status: 201, body: { postings: [posting] } });
    const about = { account: 'users:1', asset: 'BRL/2', available: '60', required: '100' };
    expectRejection(await send(ledger, sent), 'condition_failed', about);
  });

  test('is rejected where what it depends on was rejected or is unknown', async () => {
    const ledger = await api.newLedger();
    const [posted, rejected] = [randomUUID(), randomUUID()];
    await send(ledger, transfer(), posted);
    await send(ledger, transfer('users:2', 'users:3'), rejected);
    const dependingOn = (depends_on: string) => send(ledger, { ...transfer(), depends_on });
    expect(await dependingOn(posted)).toMatchObject({ status: 201 });
    expectRejection(await dependingOn(rejected), 'dependency_failed');
    expectRejection(await dependingOn(randomUUID()), 'dependency_failed');
    const key = randomUUID();
    const itself = await send(ledger, { ...transfer(), depends_on: key }, key);
    expectRejection(itself, 'dependency_failed');
  });

  test('is rejected in another scale of its asset', async () => {
    const ledger = await api.newLedger();
    await send(ledger, transfer());
    const postings = [{ ...transfer().postings[0], asset: 'BRL/3' }];
    expectRejection(await send(ledger, { postings }), 'asset_scale_mismatch', { asset: 'BRL/3' });
  });

  test('is rejected where a balance would need more than 38 digits', async () => {
    const ledger = await api.newLedger();
    await send(ledger, transfer('world', 'a', '9'.repeat(38)));
    const answer = await send(ledger, transfer('world', 'a', '1'));
    expect(answer).toMatchObject({ status: 422, body: { code: 'amount_overflow' } });
  });

  test('is rejected by a freeze, a maximum and an account that was never made', async () => {
    const ledger = await api.newLedger({ accounts: 'explicit' });
    const limits = { 'BRL/2': { max_balance: '99' } };
    await put(ledger, 'users:1', { limits });
    await put(ledger, 'frozen', { frozen: 'credit' });
    await put(ledger, 'world', {});
    const answers = await Promise.all(
      ['users:1', 'frozen', 'nobody'].map((to) => send(ledger, transfer('world', to))),
    );
    expect(answers.map(({ body }) => body['code'])).toEqual([
      'balance_limit_exceeded',
      'account_frozen',
      'account_unknown',
    ]);
    for (const [i, account] of ['users:1', 'frozen', 'nobody'].entries())
      expect(answers[i]?.body['transaction']).toMatchObject({ rejection: { account } });
  });
});

test('an account takes no limits for an asset of which the ledger has another scale', async () => {
  const ledger = await api.newLedger();
  const limits = { 'BRL/3': { max_balance: '1' }, 'USD/3': {} };
  await send(ledger, transfer());
  const answer = await put(ledger, 'users:1', { limits });
  expectProblem(answer, 400, 'invalid_request', { pointer: '#/limits/BRL~13' });
});

function put(ledger: string, address: string, json: unknown): Promise<Answer> {
  return api.send('PUT', `/v1/ledgers/${ledger}/accounts/${address}`, { json });
}

function send(ledger: string, json: unknown, key: string = randomUUID()): Promise<Answer> {
  return api.post(ledger, json, { key, wait: 10 });
}

function revert(ledger: string, target: Answer, json: unknown = {}): Promise<Answer> {
  return api.act(ledger, idOf(target), 'revert', json, { wait: 10 });
}
