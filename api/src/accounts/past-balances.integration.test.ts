import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Answer, idOf, transfer } from '../../test/client.ts';
import { closeLawful, openTestApi, type TestApi } from '../../test/open-test-api.ts';
import { expectProblem } from '../../test/problem.ts';

const ADDRESSES = ['world', 'a', 'b'];
const DATES = [
  '1960-01-01T00:00:00.000001Z',
  '1969-12-31T23:59:59.999999Z',
  '2020-02-29T12:00:00Z',
  '2020-02-29T12:00:00.000001Z',
  '2020-02-29T12:00:00.004096Z',
  '2020-02-29T12:00:17Z',
  '2020-03-01T12:00:00+05:30',
];

let api: TestApi;

beforeAll(async () => {
  api = await openTestApi({ worker: true });
});
afterAll(() => closeLawful(api));

test('any instant shows what the books of then show, by posting and by effect', async () => {
  const ledger = await api.newLedger();
  await traffic(ledger);
  const books = await readBooks(ledger);
  const instants = books.flatMap(({ posted, effective }) => [posted, effective]);
  const around = [...new Set(instants)].flatMap((at) => [at - 1n, at, at + 1n]);
  for (const at of around) {
    for (const by of ['posted', 'effective'] as const) {
      for (const address of ADDRESSES) {
        const { status, body } = await past(ledger, address, { at: textOf(at), by });
        expect(status).toBe(200);
        const balance = (body['balances'] as Record<string, Record<string, unknown>>)['BRL/2'];
        const { posted = '0', held = '0' } = balance ?? {};
        expect.soft({ address, at, by, posted, held }).toEqual({
          ...{ address, at, by },
          posted: String(postedAt(books, address, at, by)),
          held: String(heldAt(books, address, at)),
        });
      }
    }
  }
});

test('a backdated posting shows at once, and a future one when its day comes', async () => {
  const ledger = await api.newLedger();
  const sent = { ...transfer('world', 'a', '7'), effective_at: '2020-01-01T00:00:00Z' };
  await posted(await api.post(ledger, sent, { wait: 10 }));
  const tomorrow = new Date(Date.now() + 86_400_000).toISOString();
  await posted(
    await api.post(
      ledger,
      { ...transfer('world', 'a', '5'), effective_at: tomorrow },
      { wait: 10 },
    ),
  );
  const now = new Date().toISOString();
  expect(await brl(ledger, { at: '2019-12-31T23:59:59.999999Z', by: 'effective' })).toBeUndefined();
  expect(await brl(ledger, { at: '2020-01-01T00:00:00Z', by: 'effective' })).toBe('7');
  expect(await brl(ledger, { at: now, by: 'effective' })).toBe('7');
  expect(await brl(ledger, { at: tomorrow, by: 'effective' })).toBe('12');
  expect(await brl(ledger, { at: '2020-01-01T00:00:00Z' })).toBeUndefined();
  expect(await brl(ledger, { at: '9999-12-31T23:59:59Z' })).toBe('12');
});

test('the answer has the shape of an account, the version of then and today’s settings', async () => {
  const ledger = await api.newLedger();
  await posted(await api.post(ledger, transfer('world', 'a', '7'), { wait: 10 }));
  const between = new Date(Date.now() + 1).toISOString();
  await new Promise((resolve) => setTimeout(resolve, 5));
  await posted(await api.post(ledger, transfer('world', 'a', '5'), { wait: 10 }));
  const limits = { 'BRL/2': { overdraft_limit: '3', max_balance: '99' } };
  await api.send('PUT', `/v1/ledgers/${ledger}/accounts/a`, { json: { frozen: 'debit', limits } });
  const answer = await past(ledger, 'a', { at: between });
  expect(answer.body).toEqual({
    address: 'a',
    ledger,
    metadata: {},
    frozen: 'debit',
    version: 2,
    balances: {
      'BRL/2': {
        ...{ posted: '7', held: '0', available: '7' },
        ...{ overdraft_limit: '3', max_balance: '99', version: 1 },
      },
    },
  });
  const etag = answer.headers.get('etag') ?? '';
  expect(etag).toMatch(/^"[0-9]+-[0-9a-f]{64}"$/);
  const path = `/v1/ledgers/${ledger}/accounts/a?at=${between}`;
  expect((await api.get(path, { 'If-None-Match': etag })).status).toBe(304);
});

test('the ETag is that of the past: only a backdated posting changes it, and consistency=strong does not', async () => {
  const ledger = await api.newLedger();
  await posted(await api.post(ledger, transfer('world', 'a', '7'), { wait: 10 }));
  const query = { at: '2020-06-01T00:00:00Z', by: 'effective' };
  const before = await past(ledger, 'a', query);
  const strong = await past(ledger, 'a', { ...query, consistency: 'strong' });
  expect(strong).toMatchObject({ status: 200, body: before.body });
  const known = { 'If-None-Match': before.headers.get('etag') ?? '' };
  const path = `/v1/ledgers/${ledger}/accounts/a?${new URLSearchParams(query)}`;
  await posted(await api.post(ledger, transfer('world', 'a', '3'), { wait: 10 }));
  expect((await api.get(path, known)).status).toBe(304);
  const sent = { ...transfer('world', 'a', '5'), effective_at: '2020-01-01T00:00:00Z' };
  await posted(await api.post(ledger, sent, { wait: 10 }));
  const after = await api.get(path, known);
  expect(after).toMatchObject({ status: 200, body: { balances: { 'BRL/2': { posted: '5' } } } });
  expect(after.headers.get('cache-control')).toBe('private, no-cache');
});

describe('an account without a past', () => {
  test('is empty where it was never used, and a 404 in an explicit ledger', async () => {
    const at = { at: new Date().toISOString() };
    const auto = await past(await api.newLedger(), 'nobody', at);
    expect(auto).toMatchObject({ status: 200, body: { balances: {}, version: 0 } });
    const explicit = await api.newLedger({ accounts: 'explicit' });
    expectProblem(await past(explicit, 'nobody', at), 404, 'account_not_found');
    await api.send('PUT', `/v1/ledgers/${explicit}/accounts/nobody`, { json: {} });
    const before = await past(explicit, 'nobody', { at: '2020-01-01T00:00:00Z' });
    expect(before).toMatchObject({ status: 200, body: { balances: {}, version: 1 } });
  });
});

test.each([
  ['at', 'at=yesterday'],
  ['at', 'at=2026-02-30T00:00:00Z'],
  ['at', 'at=2026-02-01T00:00:00'],
  ['at', 'at='],
  ['at', 'at=2026-02-01T00:00:00Z&at=2026-02-01T00:00:00Z'],
  ['at', 'at=0001-01-01T00:00:00%2B01:00'],
  ['by', 'at=2026-02-01T00:00:00Z&by=hearsay'],
  ['by', 'by=effective'],
])('a query that is not valid is a 400 that names %s: %s', async (parameter, query) => {
  const ledger = await api.newLedger();
  const answer = await api.get(`/v1/ledgers/${ledger}/accounts/a?${query}`);
  expectProblem(answer, 400, 'invalid_request', { parameter });
});

test('an offset may come with its plus sign encoded or not', async () => {
  const ledger = await api.newLedger();
  for (const plus of ['+', '%2B']) {
    const path = `/v1/ledgers/${ledger}/accounts/a?at=2026-02-01T00:00:00${plus}02:00`;
    expect((await api.get(path)).status).toBe(200);
  }
});

/** Transfers with and without dates, holds, and what becomes of them; in several commits, at several instants. */
async function traffic(ledger: string): Promise<void> {
  const holds: string[] = [];
  const statuses = new Set<number>();
  for (let round = 0; round < 10; round++) {
    const numbers = Array.from({ length: 6 }, (_, i) => round * 6 + i);
    const keys = numbers.map(() => randomUUID());
    const sent = numbers.map((n, i) => {
      return api.post(ledger, bodyOf(n), { key: keys[i] ?? '', wait: 10 });
    });
    const ended = holds.splice(0, 1).map((id) => {
      return api.act(ledger, id, round % 2 ? 'capture' : 'release', {}, { wait: 10 });
    });
    holds.push(...keys.filter((_, i) => isHold(round * 6 + i)));
    for (const { status } of await Promise.all([...sent, ...ended])) statuses.add(status);
  }
  expect(statuses).toEqual(new Set([201, 422]));
}

function isHold(n: number): boolean {
  return n % 5 === 2;
}

function bodyOf(n: number) {
  const [source, destination] = n % 3 === 0 ? ['a', 'b'] : ['world', n % 2 === 0 ? 'a' : 'b'];
  return {
    ...transfer(source, destination, String(n + 1)),
    ...(n % 4 === 1 && !isHold(n) ? { effective_at: DATES[n % DATES.length] } : {}),
    ...(isHold(n) ? { hold: { expires_in: 3_600 } } : {}),
  };
}

type Booked = {
  id: string;
  kind: string;
  target: string | null;
  source: string;
  destination: string;
  amount: bigint;
  /** In microseconds since 1970. */
  posted: bigint;
  effective: bigint;
};

/** What was posted or held, from the transactions alone. */
async function readBooks(ledger: string): Promise<Booked[]> {
  const { rows } = await api.database.query<Record<string, string>>(
    `select t.id, t.kind, t.target, p ->> 0 as source, p ->> 1 as destination, p ->> 3 as amount,
       (extract(epoch from t.posted_at) * 1000000)::bigint as posted,
       (extract(epoch from coalesce(t.effective_at, t.posted_at)) * 1000000)::bigint as effective
     from transactions t join ledgers l on l.id = t.ledger_id, jsonb_array_elements(t.postings) p
     where l.name = $1 and t.status <> 'rejected'`,
    [ledger],
  );
  return rows.map((row) => ({
    id: String(row['id']),
    kind: String(row['kind']),
    target: row['target'] ?? null,
    source: String(row['source']),
    destination: String(row['destination']),
    amount: BigInt(row['amount'] ?? 0),
    posted: BigInt(row['posted'] ?? 0),
    effective: BigInt(row['effective'] ?? 0),
  }));
}

function postedAt(
  books: readonly Booked[],
  address: string,
  at: bigint,
  by: 'posted' | 'effective',
): bigint {
  return books
    .filter((booked) => ['transfer', 'capture'].includes(booked.kind) && booked[by] <= at)
    .reduce((sum, { source, destination, amount }) => {
      return sum + (destination === address ? amount : 0n) - (source === address ? amount : 0n);
    }, 0n);
}

function heldAt(books: readonly Booked[], address: string, at: bigint): bigint {
  const until = books.filter(({ posted }) => posted <= at);
  return until
    .filter(({ kind, source }) => kind === 'hold' && source === address)
    .filter(({ id }) => !until.some(({ target }) => target === id))
    .reduce((sum, { amount }) => sum + amount, 0n);
}

function textOf(micros: bigint): string {
  const below = ((micros % 1_000_000n) + 1_000_000n) % 1_000_000n;
  const seconds = new Date(Number(micros - below) / 1_000).toISOString().slice(0, 19);
  return `${seconds}.${String(below).padStart(6, '0')}Z`;
}

async function posted(answer: Answer): Promise<string> {
  expect(answer.status).toBe(201);
  return idOf(answer);
}

async function brl(ledger: string, query: Record<string, string>): Promise<unknown> {
  const { body } = await past(ledger, 'a', query);
  return (body['balances'] as Record<string, Record<string, unknown>>)['BRL/2']?.['posted'];
}

function past(ledger: string, address: string, query: Record<string, string>): Promise<Answer> {
  return api.get(`/v1/ledgers/${ledger}/accounts/${address}?${new URLSearchParams(query)}`);
}
