import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { idOf, transfer } from '../../test/client.ts';
import { closeLawful, openTestApi, type TestApi } from '../../test/open-test-api.ts';
import { expectProblem } from '../../test/problem.ts';
import { expireRecords, loseRecords } from '../../test/queue.ts';

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/;
const REUSED = { header: 'Idempotency-Key' };

let api: TestApi;

beforeAll(async () => {
  api = await openTestApi({ worker: true });
});
afterAll(() => closeLawful(api));

describe('a write that waits', () => {
  test('gets 201 and the posted transaction', async () => {
    const ledger = await api.newLedger();
    const key = randomUUID();
    const sent = { ...transfer(), reference: 'r', metadata: { a: 'b' } };
    const answer = await api.post(ledger, sent, { key, wait: 10 });
    expect(answer.status).toBe(201);
    expect(answer.headers.get('location')).toBe(`/v1/ledgers/${ledger}/transactions/${key}`);
    expect(answer.headers.get('preference-applied')).toBe('wait=10');
    expect(answer.headers.has('idempotency-replayed')).toBe(false);
    expect(answer.headers.has('retry-after')).toBe(false);
    expect(answer.body).toEqual({
      id: key,
      ledger,
      kind: 'transfer',
      status: 'posted',
      target: null,
      postings: transfer().postings,
      hold: null,
      reverted_amount: '0',
      description: null,
      reference: 'r',
      metadata: { a: 'b' },
      effective_at: answer.body['posted_at'],
      accepted_at: expect.stringMatching(INSTANT),
      posted_at: expect.stringMatching(INSTANT),
      sequence: 1,
      rejection: null,
    });
    expect(await api.get(`/v1/ledgers/${ledger}/transactions/${key}`)).toMatchObject({
      status: 200,
      body: answer.body,
    });
  });

  test('gets 422, the code of the rejection and the transaction', async () => {
    const ledger = await api.newLedger();
    const key = randomUUID();
    const answer = await api.post(ledger, transfer('users:1', 'users:2'), { key, wait: 10 });
    const { transaction, ...problem } = answer.body;
    expectProblem({ ...answer, body: problem }, 422, 'insufficient_funds');
    expect(answer.headers.get('location')).toBe(`/v1/ledgers/${ledger}/transactions/${key}`);
    expect(answer.headers.get('preference-applied')).toBe('wait=10');
    expect(transaction).toMatchObject({
      id: key,
      status: 'rejected',
      sequence: 1,
      posted_at: expect.stringMatching(INSTANT),
      rejection: {
        code: 'insufficient_funds',
        detail: problem['detail'],
        account: 'users:1',
        asset: 'BRL/2',
        available: '0',
        required: '100',
      },
    });
    const found = await api.get(`/v1/ledgers/${ledger}/transactions/${key}`);
    expect(found).toMatchObject({ status: 200, body: transaction as Record<string, unknown> });
  });

  test('for longer than is granted is told so', async () => {
    const ledger = await api.newLedger();
    const answer = await api.post(ledger, transfer(), { wait: 3_600 });
    expect(answer.status).toBe(201);
    expect(answer.headers.get('preference-applied')).toBe('wait=10');
  });

  test('does not hold up those beside it: 50 at once all get their outcome', async () => {
    const ledger = await api.newLedger();
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => api.post(ledger, transfer(), { wait: 10 })),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
    const sequences = answers.map(({ body }) => Number(body['sequence'])).sort((a, b) => a - b);
    expect(sequences).toEqual(Array.from({ length: 50 }, (_, i) => i + 1));
  });

  test('is answered 202 when the time is over, and wakes when the worker comes', async () => {
    const ledger = await api.newLedger();
    await api.stopWorker();
    try {
      const started = performance.now();
      const answer = await api.post(ledger, transfer(), { key: 'k', wait: 1 });
      expect(performance.now() - started).toBeGreaterThan(990);
      expect(answer).toMatchObject({ status: 202, body: { status: 'queued', sequence: null } });
      expect(answer.headers.get('retry-after')).toBe('1');
      expect(answer.headers.get('preference-applied')).toBe('wait=1');
      const path = answer.headers.get('location') ?? '';
      const queued = await api.get(`${path}?wait=1`);
      expect(queued).toMatchObject({ status: 200, body: { id: idOf(answer), status: 'queued' } });
      expect(queued.headers.get('retry-after')).toBe('1');
      const waiting = [
        api.get(`${path}?wait=10`),
        api.get(path, { Prefer: 'wait=10' }),
        api.post(ledger, transfer(), { key: 'k', wait: 10 }),
      ];
      await api.startWorker();
      const answers = await Promise.all(waiting);
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 201]);
      for (const { body } of answers) expect(body).toMatchObject({ status: 'posted', sequence: 1 });
    } finally {
      await api.stopWorker();
      await api.startWorker();
    }
  });
});

describe('a replay', () => {
  test('of a posted transaction is 202 with its status, or 201 for who waits', async () => {
    const ledger = await api.newLedger();
    const first = await api.post(ledger, transfer(), { key: 'k', wait: 10 });
    const plain = await api.post(ledger, transfer(), { key: 'k' });
    expect(plain).toMatchObject({ status: 202, body: first.body });
    expect(plain.headers.get('retry-after')).toBe('1');
    const waited = await api.post(ledger, transfer(), { key: 'k', wait: 1 });
    expect(waited).toMatchObject({ status: 201, body: first.body });
    for (const { headers } of [plain, waited])
      expect(headers.get('idempotency-replayed')).toBe('true');
  });

  test('of a rejected one is the same rejection, also after a top-up', async () => {
    const ledger = await api.newLedger();
    const sent = transfer('users:1', 'users:2');
    const first = await api.post(ledger, sent, { key: 'k', wait: 10 });
    expect((await api.post(ledger, transfer(), { wait: 10 })).status).toBe(201);
    const plain = await api.post(ledger, sent, { key: 'k' });
    expect(plain).toMatchObject({ status: 202, body: first.body['transaction'] as object });
    const waited = await api.post(ledger, sent, { key: 'k', wait: 10 });
    expect(waited.body).toEqual({ ...first.body, instance: waited.body['instance'] });
    expect(waited.status).toBe(422);
    expect(waited.headers.get('idempotency-replayed')).toBe('true');
    expect((await api.post(ledger, sent, { wait: 10 })).status).toBe(201);
  });

  test('with another command is refused at once, also for who does not wait', async () => {
    const ledger = await api.newLedger();
    await api.post(ledger, transfer(), { key: 'k', wait: 10 });
    for (const wait of [undefined, 10]) {
      const options = wait === undefined ? { key: 'k' } : { key: 'k', wait };
      const answer = await api.post(ledger, transfer('world', 'users:2'), options);
      expectProblem(answer, 422, 'idempotency_key_reused', REUSED);
    }
  });
});

describe('when the records are lost', () => {
  test('the same command posts no second time', async () => {
    const ledger = await api.newLedger();
    const first = await api.post(ledger, transfer(), { key: 'k', wait: 10 });
    await loseRecords(api.redis);
    const again = await api.post(ledger, transfer(), { key: 'k', wait: 10 });
    expect(again.status).toBe(201);
    expect(again.body).toMatchObject({ id: idOf(first), sequence: 1, status: 'posted' });
    expect(await posted(ledger)).toBe('100');
  });

  test('who reuses the key and waits gets 422 from the stored fingerprint', async () => {
    const ledger = await api.newLedger();
    await api.post(ledger, transfer(), { key: 'k', wait: 10 });
    await loseRecords(api.redis);
    const answer = await api.post(ledger, transfer('world', 'users:1', '7'), {
      key: 'k',
      wait: 10,
    });
    expectProblem(answer, 422, 'idempotency_key_reused', REUSED);
    expect(await posted(ledger)).toBe('100');
  });

  test('who reuses the key and does not wait is refused as well', async () => {
    const ledger = await api.newLedger();
    await api.post(ledger, transfer(), { key: 'k', wait: 10 });
    await loseRecords(api.redis);
    const late = await api.post(ledger, transfer('world', 'users:1', '7'), { key: 'k' });
    expectProblem(late, 422, 'idempotency_key_reused', REUSED);
  });

  test('where they have expired, who reuses the key and does not wait gets 202, and finds the first transaction', async () => {
    const ledger = await api.newLedger();
    const first = await api.post(ledger, transfer(), { key: 'k', wait: 10 });
    await expireRecords(api.redis);
    const late = await api.post(ledger, transfer('world', 'users:1', '7'), { key: 'k' });
    expect(late.status).toBe(202);
    const found = await api.get(`${late.headers.get('location')}?wait=10`);
    expect(found).toMatchObject({ status: 200, body: first.body });
    expect(await posted(ledger)).toBe('100');
  });

  test('a posted transaction is found all the same', async () => {
    const ledger = await api.newLedger();
    const first = await api.post(ledger, transfer(), { wait: 10 });
    await loseRecords(api.redis);
    const found = await api.get(`/v1/ledgers/${ledger}/transactions/${idOf(first)}`);
    expect(found).toMatchObject({ status: 200, body: first.body });
  });
});

test('a GET finds a transaction by its id in whatever case', async () => {
  const ledger = await api.newLedger();
  const { body } = await api.post(ledger, transfer(), { wait: 10 });
  const found = await api.get(
    `/v1/ledgers/${ledger}/transactions/${String(body['id']).toUpperCase()}`,
  );
  expect(found).toMatchObject({ status: 200, body });
});

test('a transaction is not found in another ledger', async () => {
  const [one, two] = [await api.newLedger(), await api.newLedger()];
  const { body } = await api.post(one, transfer(), { wait: 10 });
  const answer = await api.get(`/v1/ledgers/${two}/transactions/${body['id']}`);
  expectProblem(answer, 404, 'transaction_not_found');
});

test('a GET that waits for an id that was never sent answers 404 at once', async () => {
  const ledger = await api.newLedger();
  const started = performance.now();
  const answer = await api.get(`/v1/ledgers/${ledger}/transactions/${randomUUID()}?wait=10`);
  expectProblem(answer, 404, 'transaction_not_found');
  expect(performance.now() - started).toBeLessThan(2_000);
});

async function posted(ledger: string): Promise<unknown> {
  const { body } = await api.get(`/v1/ledgers/${ledger}/accounts/users:1`);
  return (body['balances'] as Record<string, { posted: string }>)['BRL/2']?.posted;
}
