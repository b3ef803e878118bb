import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Answer, idOf, transfer } from '../../test/client.ts';
import { closeLawful, openTestApi, type TestApi } from '../../test/open-test-api.ts';
import { expectRejection } from '../../test/outcome.ts';
import { expectProblem } from '../../test/problem.ts';

let api: TestApi;

beforeAll(async () => {
  api = await openTestApi({ worker: true });
});
afterAll(() => closeLawful(api));

const PAST = '2020-01-01T00:00:00.000000Z';
const BEFORE = '2019-12-31T23:59:59.999999Z';

describe('what a deposit of the future brought', () => {
  test('is taken back with it, not before: by effect the account is never below zero', async () => {
    const ledger = await api.newLedger();
    const effect = inDays(30);
    const deposit = await send(ledger, { ...transfer(), effective_at: effect });
    const reverted = await act(ledger, deposit, 'revert', { amount: '60' });
    expect(reverted).toMatchObject({ status: 201, body: { effective_at: effect } });
    for (const at of [inDays(0), inDays(29), effect, inDays(31)]) {
      const posted = await postedAt(ledger, 'users:1', at);
      expect([at, posted]).toEqual([at, at < effect ? '0' : '40']);
    }
  });

  test('is not taken back at an earlier date', async () => {
    const ledger = await api.newLedger();
    const deposit = await send(ledger, { ...transfer(), effective_at: inDays(30) });
    const early = await act(ledger, deposit, 'revert', { effective_at: inDays(29) });
    expectRejection(early, 'effective_before_target');
    expect(early.body['transaction']).toMatchObject({ effective_at: inDays(29), postings: [] });
    const later = await act(ledger, deposit, 'revert', { effective_at: inDays(31) });
    expect(later).toMatchObject({ status: 201, body: { effective_at: inDays(31) } });
  });

  test('can be spent at once: a limit knows no dates', async () => {
    const ledger = await api.newLedger();
    await send(ledger, { ...transfer(), effective_at: inDays(30) });
    expect(await send(ledger, transfer('users:1', 'shop', '100'))).toMatchObject({ status: 201 });
    expect(await postedAt(ledger, 'users:1', inDays(1))).toBe('-100');
    expect(await postedAt(ledger, 'users:1', inDays(31))).toBe('0');
  });
});

test('what is of the past is taken back when that is posted, or at any date since', async () => {
  const ledger = await api.newLedger();
  const deposit = await send(ledger, { ...transfer(), effective_at: PAST });
  const now = await act(ledger, deposit, 'revert', { amount: '1' });
  expect(now.body['effective_at']).toBe(now.body['posted_at']);
  const then = await act(ledger, deposit, 'revert', { amount: '9', effective_at: PAST });
  expect(then).toMatchObject({ status: 201, body: { effective_at: PAST } });
  expect(await postedAt(ledger, 'users:1', PAST)).toBe('91');
  const early = await act(ledger, deposit, 'revert', { effective_at: BEFORE });
  expectRejection(early, 'effective_before_target');
});

test('a capture takes effect when it says, but not before its hold, nor its revert before it', async () => {
  const ledger = await api.newLedger();
  await send(ledger, transfer());
  const hold = await send(ledger, {
    ...transfer('users:1', 'shop', '60'),
    hold: { expires_in: 600 },
  });
  const effect = inDays(3);
  const early = await act(ledger, hold, 'capture', { effective_at: PAST });
  expectRejection(early, 'effective_before_target');
  const ahead = await act(ledger, hold, 'capture', {
    ...{ amount: '20', final: false },
    effective_at: effect,
  });
  expect(ahead).toMatchObject({ status: 201, body: { effective_at: effect } });
  const now = await act(ledger, hold, 'capture');
  expect(now.body['effective_at']).toBe(now.body['posted_at']);
  expect(await postedAt(ledger, 'shop', inDays(1))).toBe('40');
  expect(await postedAt(ledger, 'shop', effect)).toBe('60');
  expect(await act(ledger, ahead, 'revert')).toMatchObject({ body: { effective_at: effect } });
});

test('a date is a part of the command: a retry with another one is another command', async () => {
  const ledger = await api.newLedger();
  const deposit = await send(ledger, { ...transfer(), effective_at: PAST });
  const key = randomUUID();
  const path = [ledger, idOf(deposit), 'revert'] as const;
  const first = await api.act(...path, { effective_at: PAST }, { key, wait: 10 });
  const offset = '2020-01-01T02:00:00.0+02:00';
  const again = await api.act(...path, { effective_at: offset }, { key, wait: 10 });
  expect(again).toMatchObject({ status: 201, body: first.body });
  const other = await api.act(...path, { effective_at: inDays(1) }, { key, wait: 10 });
  expectProblem(other, 422, 'idempotency_key_reused', { header: 'Idempotency-Key' });
});

function inDays(days: number): string {
  return `${new Date(NOW_MS + days * 86_400_000).toISOString().slice(0, -1)}000Z`;
}
/** So that the same day is the same instant, and today is over when it is asked for. */
const NOW_MS = Date.now() - 1_000;

function send(ledger: string, body: unknown): Promise<Answer> {
  return api.post(ledger, body, { wait: 10 });
}

function act(
  ledger: string,
  target: Answer,
  action: 'capture' | 'revert',
  body: object = {},
): Promise<Answer> {
  return api.act(ledger, idOf(target), action, body, { wait: 10 });
}

/** What an account has of BRL/2 by all that takes effect until then. */
async function postedAt(ledger: string, address: string, at: string): Promise<string> {
  const query = new URLSearchParams({ at, by: 'effective' });
  const { body } = await api.get(`/v1/ledgers/${ledger}/accounts/${address}?${query}`);
  const balances = body['balances'] as Record<string, { posted: string }>;
  return balances['BRL/2']?.posted ?? '0';
}
