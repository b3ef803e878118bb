import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Answer, idOf, transfer } from '../../test/client.ts';
import { closeLawful, openTestApi, type TestApi } from '../../test/open-test-api.ts';
import { balanceOf, expectRejection } from '../../test/outcome.ts';

let api: TestApi;

beforeAll(async () => {
  api = await openTestApi({ worker: true });
});
afterAll(() => closeLawful(api));

test('a hold that waits gets 201 while it is pending, and reserves without moving', async () => {
  const ledger = await funded();
  const answer = await hold(ledger, '60');
  expect(answer.status).toBe(201);
  expect(answer.body).toMatchObject({
    kind: 'hold',
    status: 'pending',
    target: null,
    hold: { amount: '60', captured: '0', remaining: '60' },
    reverted_amount: '0',
    sequence: 2,
    rejection: null,
  });
  expect(await stored(ledger, answer)).toEqual(answer.body);
  expect(await balance(ledger)).toMatchObject({ posted: '100', held: '60', available: '40' });
  expect(await balance(ledger, 'shop')).toBeUndefined();
});

test('a hold is captured in parts, and is posted once nothing is left', async () => {
  const ledger = await funded();
  const held = await hold(ledger, '60');
  const part = await act(ledger, held, 'capture', { amount: '25', final: false });
  expect(part).toMatchObject({
    status: 201,
    body: {
      kind: 'capture',
      status: 'posted',
      target: idOf(held),
      postings: [{ source: 'users:1', destination: 'shop', asset: 'BRL/2', amount: '25' }],
      hold: null,
      sequence: 3,
    },
  });
  expect(await stored(ledger, part)).toEqual(part.body);
  expect(await stored(ledger, held)).toMatchObject({
    status: 'pending',
    sequence: 2,
    hold: { amount: '60', captured: '25', remaining: '35' },
  });
  const rest = await act(ledger, held, 'capture');
  expect(rest).toMatchObject({ status: 201, body: { postings: [{ amount: '35' }], sequence: 4 } });
  expect(await stored(ledger, held)).toMatchObject({
    status: 'posted',
    hold: { amount: '60', captured: '60', remaining: '0' },
  });
  expect(await balance(ledger)).toMatchObject({ posted: '40', held: '0', available: '40' });
  expect(await balance(ledger, 'shop')).toMatchObject({ posted: '60' });
});

test('a capture that is final frees what it does not take', async () => {
  const ledger = await funded();
  const held = await hold(ledger, '60');
  await act(ledger, held, 'capture', { amount: '25' });
  expect(await stored(ledger, held)).toMatchObject({
    status: 'posted',
    hold: { captured: '25', remaining: '0' },
  });
  expect(await balance(ledger)).toMatchObject({ posted: '75', held: '0' });
});

test('a release frees the rest, and the hold says so to who sends it again', async () => {
  const ledger = await funded();
  const held = await hold(ledger, '60', 'k');
  await act(ledger, held, 'capture', { amount: '25', final: false });
  const released = await act(ledger, held, 'release');
  expect(released).toMatchObject({
    status: 201,
    body: { kind: 'release', status: 'posted', target: idOf(held), postings: [{ amount: '35' }] },
  });
  expect(await balance(ledger)).toMatchObject({ posted: '75', held: '0' });
  const again = await hold(ledger, '60', 'k');
  expect(again).toMatchObject({
    status: 201,
    body: { status: 'released', hold: { captured: '25', remaining: '0' } },
  });
  expect(again.headers.get('idempotency-replayed')).toBe('true');
  expect(await stored(ledger, held)).toEqual(again.body);
});

test('a hold of several assets is captured whole, without sums', async () => {
  const ledger = await funded();
  await api.post(ledger, { postings: [posting('world', 'users:1', '5', 'USD/2')] }, { wait: 10 });
  const postings = [posting('users:1', 'shop', '10'), posting('users:1', 'shop', '5', 'USD/2')];
  const held = await api.post(ledger, { postings, hold: { expires_in: 60 } }, { wait: 10 });
  const sums = { amount: null, captured: null, remaining: null };
  expect(held.body).toMatchObject({ status: 'pending', hold: sums });
  const captured = await act(ledger, held, 'capture');
  expect(captured.body).toMatchObject({ status: 'posted', postings });
  expect(await stored(ledger, held)).toMatchObject({ status: 'posted', hold: sums });
});

test('an answer says what is known while Postgres is down', async () => {
  const ledger = await funded();
  const held = await hold(ledger, '60', 'hold');
  const sent = { key: randomUUID(), wait: 10 };
  const captured = await api.act(ledger, idOf(held), 'capture', {}, sent);
  await api.postgres.cut();
  try {
    const again = await api.act(ledger, idOf(held), 'capture', {}, sent);
    expect(again).toMatchObject({ status: 201, body: { id: idOf(captured), status: 'posted' } });
    const { id, kind, status, accepted_at, sequence } = captured.body;
    expect(again.body).toMatchObject({ id, kind, status, accepted_at, sequence });
    expect(again.body).not.toHaveProperty('postings');
    expect(await hold(ledger, '60', 'hold')).toMatchObject({ body: { status: 'posted' } });
  } finally {
    await api.postgres.mend();
  }
});

describe('is rejected', () => {
  test('a hold of more than is available', async () => {
    const ledger = await funded();
    await hold(ledger, '60');
    const answer = await hold(ledger, '50');
    expectRejection(answer, 'insufficient_funds', {
      account: 'users:1',
      asset: 'BRL/2',
      available: '40',
      required: '50',
    });
    expect(answer.body['transaction']).toMatchObject({ kind: 'hold', hold: null });
    const id = String((answer.body['transaction'] as { id: string }).id);
    const { body } = await api.get(`/v1/ledgers/${ledger}/transactions/${id}`);
    expect(body).toEqual(answer.body['transaction']);
  });

  test('a transfer of what is held', async () => {
    const ledger = await funded();
    await hold(ledger, '60');
    const answer = await api.post(ledger, transfer('users:1', 'b', '50'), { wait: 10 });
    const about = { account: 'users:1', asset: 'BRL/2', available: '40', required: '50' };
    expectRejection(answer, 'insufficient_funds', about);
  });

  test('a capture of more than is left', async () => {
    const ledger = await funded();
    const held = await hold(ledger, '60');
    await act(ledger, held, 'capture', { amount: '25', final: false });
    const answer = await act(ledger, held, 'capture', { amount: '36' });
    const about = { asset: 'BRL/2', available: '35', required: '36' };
    expectRejection(answer, 'hold_amount_exceeded', about);
    expect(answer.body['transaction']).toMatchObject({ target: idOf(held), postings: [] });
    expect(await stored(ledger, held)).toMatchObject({ status: 'pending' });
  });

  test('a part of a hold that has several postings', async () => {
    const ledger = await funded();
    const postings = [posting('users:1', 'a', '10'), posting('users:1', 'b', '10')];
    const held = await api.post(ledger, { postings, hold: { expires_in: 60 } }, { wait: 10 });
    expect(held.body['hold']).toMatchObject({ amount: '20', remaining: '20' });
    expectRejection(await act(ledger, held, 'capture', { amount: '10' }), 'hold_amount_exceeded');
  });

  test.each(['capture', 'release'] as const)('a %s of what is no open hold', async (action) => {
    const ledger = await funded();
    const posted = await api.post(ledger, transfer(), { wait: 10 });
    expectRejection(await act(ledger, posted, action), 'hold_not_open');
    const held = await hold(ledger, '60');
    await act(ledger, held, 'release');
    expectRejection(await act(ledger, held, action), 'hold_not_open');
  });

  test.each(['capture', 'release', 'revert'] as const)(
    'a %s of what the ledger does not know',
    async (action) => {
      const ledger = await funded();
      const target = randomUUID();
      const answer = await api.act(ledger, target, action, {}, { wait: 10 });
      expectRejection(answer, 'target_unknown');
      expect(answer.body['transaction']).toMatchObject({ kind: action, target, postings: [] });
    },
  );

  test('a capture after the time of its hold', async () => {
    const ledger = await funded();
    const sent = { ...transfer('users:1', 'shop', '60'), hold: { expires_in: 1 } };
    const held = await api.post(ledger, sent, { wait: 10 });
    const { expires_at } = held.body['hold'] as { expires_at: string };
    await expect.poll(() => Date.now(), { timeout: 3_000 }).toBeGreaterThan(Date.parse(expires_at));
    expectRejection(await act(ledger, held, 'capture'), 'hold_not_open');
  });
});

function posting(source: string, destination: string, amount: string, asset = 'BRL/2') {
  return { source, destination, asset, amount };
}

/** A ledger in which `users:1` has 100. */
async function funded(): Promise<string> {
  const ledger = await api.newLedger();
  await api.post(ledger, transfer(), { wait: 10 });
  return ledger;
}

function hold(ledger: string, amount: string, key: string = randomUUID()): Promise<Answer> {
  const sent = { ...transfer('users:1', 'shop', amount), hold: { expires_in: 60 } };
  return api.post(ledger, sent, { key, wait: 10 });
}

function act(
  ledger: string,
  target: Answer,
  action: 'capture' | 'release',
  json: unknown = {},
): Promise<Answer> {
  return api.act(ledger, idOf(target), action, json, { wait: 10 });
}

async function stored(ledger: string, answer: Answer) {
  return (await api.get(`/v1/ledgers/${ledger}/transactions/${idOf(answer)}`)).body;
}

function balance(ledger: string, address = 'users:1') {
  return balanceOf(api, ledger, address);
}
