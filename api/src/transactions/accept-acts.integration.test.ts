import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { transfer } from '../../test/client.ts';
import { openTestApi, type TestApi } from '../../test/open-test-api.ts';
import { expectProblem } from '../../test/problem.ts';

let api: TestApi;

// Nothing posts here: what is accepted stays queued.
beforeAll(async () => {
  api = await openTestApi();
});
afterAll(() => api.close());

describe('a write that acts on a transaction', () => {
  const target = '0198c0de-0000-7000-8000-00000000000a';

  test.each(['capture', 'release', 'revert'] as const)(
    'is accepted as a %s of its own, also where nobody knows its target',
    async (action) => {
      const ledger = await api.newLedger();
      const key = randomUUID();
      const answer = await api.act(ledger, target.toUpperCase(), action, {}, { key });
      expect(answer).toMatchObject({ status: 202 });
      expect(answer.headers.get('location')).toBe(`/v1/ledgers/${ledger}/transactions/${key}`);
      expect(answer.body).toEqual({
        id: key,
        ledger,
        kind: action,
        status: 'queued',
        target,
        postings: [],
        hold: null,
        reverted_amount: '0',
        description: null,
        reference: null,
        metadata: {},
        effective_at: null,
        accepted_at: expect.stringMatching(/Z$/),
        posted_at: null,
        sequence: null,
        rejection: null,
      });
      const again = await api.act(ledger, target, action, {}, { key });
      expect(again).toMatchObject({ status: 202, body: answer.body });
      expect(again.headers.get('idempotency-replayed')).toBe('true');
    },
  );

  test.each([
    ['capture', { final: true }, { final: false }],
    ['capture', {}, { amount: '1' }],
    ['revert', { force: false }, { force: true }],
    ['revert', {}, { amount: '1' }],
    ['capture', {}, { effective_at: '2020-01-01T00:00:00Z' }],
    ['revert', {}, { effective_at: '2020-01-01T00:00:00Z' }],
  ] as const)('is another %s than %j when it says %j', async (action, one, other) => {
    const ledger = await api.newLedger();
    const key = randomUUID();
    await api.act(ledger, target, action, {}, { key });
    const same = await api.act(ledger, target, action, one, { key });
    expect(same.headers.get('idempotency-replayed')).toBe('true');
    const place = { header: 'Idempotency-Key' };
    for (const answer of [
      await api.act(ledger, target, action, other, { key }),
      await api.act(ledger, randomUUID(), action, {}, { key }),
      await api.act(ledger, target, 'release', {}, { key }),
      await api.post(ledger, transfer(), { key }),
    ])
      expectProblem(answer, 422, 'idempotency_key_reused', place);
  });
});

test('a queued hold tells until when it will reserve what', async () => {
  const ledger = await api.newLedger();
  const sent = { ...transfer(), hold: { expires_in: 60 } };
  const first = await api.post(ledger, sent, { key: 'k' });
  const at = Date.parse(String(first.body['accepted_at'])) + 60_000;
  expect(first.body).toMatchObject({
    kind: 'hold',
    status: 'queued',
    hold: {
      expires_at: new Date(at).toISOString().replace('Z', '000Z'),
      amount: '100',
      captured: '0',
      remaining: '100',
    },
  });
  expect((await api.post(ledger, sent, { key: 'k' })).body).toEqual(first.body);
  const other = { ...sent, hold: { expires_in: 61 } };
  expect((await api.post(ledger, other, { key: 'k' })).status).toBe(422);
});
