import { testUid, transfer } from '@razao/shared/test/commands.ts';
import { runChecks } from '@razao/sql/check.ts';
import { loadCommand } from '@razao/sql/load.ts';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Books, openBooks, openSession } from '../../test/books.ts';
import type { LockSession } from '../leadership/lock-session.ts';
import { commitBatch } from './commit-batch.ts';

const putAccount = loadCommand('put_account').text;

let books: Books;
let ours: LockSession;
let other: LockSession;
let ledger: number;
let ledgers = 0;

beforeAll(async () => {
  books = await openBooks();
  ours = await openSession(books.url, 0);
  other = await openSession(books.url, 1);
});
afterAll(async () => {
  ours?.destroy();
  other?.destroy();
  await books?.close();
});
beforeEach(async () => {
  ledgers += 1;
  ledger = await books.createLedger(`known-${ledgers}`);
});
afterEach(async () => {
  expect(await runChecks(books.client)).toEqual([]);
});

test('a second commit reads no account and no balance again', async () => {
  await post(ours, 'world>alice 10');
  const asked = await statementsOf(() => post(ours, 'alice>world 4'));
  expect(asked).not.toContain('read_balances');
  expect(asked).not.toContain('read_accounts');
  expect(asked).toContain('find_transactions');
  expect(await post(ours, 'alice>world 7')).toEqual(['insufficient_funds']);
});

test('what another session committed in between is seen', async () => {
  await post(ours, 'world>alice 10');
  await post(other, 'alice>bob 10');
  expect(await post(ours, 'alice>world 1')).toEqual(['insufficient_funds']);
  expect(await post(ours, 'bob>world 10')).toEqual(['posted']);
});

test('a freeze or a limit that was set in between is seen', async () => {
  await post(ours, 'world>alice 10');
  await putSettings('alice', 'debit', {});
  expect(await post(ours, 'alice>bob 1')).toEqual(['account_frozen']);
  await putSettings('alice', 'none', { 'BRL/2': ['100', '12'] });
  expect(await post(ours, 'alice>bob 110', 'world>alice 200')).toEqual([
    'posted',
    'balance_limit_exceeded',
  ]);
  await putSettings('alice', 'none', {});
  expect(await post(ours, 'alice>bob 1')).toEqual(['insufficient_funds']);
});

test('a commit that fails, since somebody wrote without the lock, is right the next time', async () => {
  await post(ours, 'world>alice 10');
  const rogue = `update balances set version = version + $2 where ledger_id = $1 and address = 'alice'`;
  await books.client.query(rogue, [ledger, 1]);
  await expect(post(ours, 'alice>bob 1')).rejects.toThrow('another writer was here');
  await books.client.query(rogue, [ledger, -1]);
  const asked = await statementsOf(() => post(ours, 'alice>bob 1'));
  expect(asked).toContain('read_balances');
});

test('several ledgers in one batch keep what is known apart', async () => {
  const second = await books.createLedger(`known-${ledgers}-second`);
  await commitBatch(ours, [transfer(ledger, 'world>alice 10'), transfer(second, 'world>alice 3')]);
  const { results } = await commitBatch(ours, [
    transfer(second, 'alice>bob 4'),
    transfer(ledger, 'alice>bob 4'),
  ]);
  expect(results.map(({ outcome }) => outcome.status)).toEqual(['rejected', 'posted']);
});

test('random commits by two sessions, with settings in between, are as if nothing were remembered', async () => {
  const names = ['a', 'b', 'c', 'd'];
  let seed = 7;
  const random = (n: number) => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return seed % n;
  };
  const expected = new Map<string, number>();
  for (let round = 0; round < 60; round++) {
    const from = random(3) === 0 ? 'world' : (names[random(4)] as string);
    const to = names.filter((name) => name !== from)[random(3)] as string;
    const amount = 1 + random(50);
    if (random(8) === 0) await putSettings(to, 'none', { 'BRL/2': ['0', null] });
    const affordable = from === 'world' || (expected.get(from) ?? 0) >= amount;
    const outcome = await post(random(2) === 0 ? ours : other, `${from}>${to} ${amount}`);
    expect(outcome).toEqual([affordable ? 'posted' : 'insufficient_funds']);
    if (!affordable) continue;
    expected.set(from, (expected.get(from) ?? 0) - amount);
    expected.set(to, (expected.get(to) ?? 0) + amount);
  }
});

/** Commits transactions as one batch; returns for each `posted` or the code of its rejection. */
async function post(session: LockSession, ...postings: string[]): Promise<string[]> {
  const { results } = await commitBatch(
    session,
    postings.map((text) => transfer(ledger, text)),
  );
  return results.map(({ outcome }) => outcome.rejection?.code ?? outcome.status);
}

/** The names of the statements that our session ran meanwhile. */
async function statementsOf(work: () => Promise<unknown>): Promise<string[]> {
  const names: string[] = [];
  const query = ours.query.bind(ours);
  ours.query = ((statement: { name: string } | string, values?: unknown[]) => {
    names.push(typeof statement === 'string' ? statement : statement.name);
    return query(statement as string, values);
  }) as LockSession['query'];
  try {
    await work();
  } finally {
    ours.query = query;
  }
  return names;
}

async function putSettings(
  address: string,
  frozen: string,
  limits: Record<string, [overdraft: string, max: string | null]>,
): Promise<void> {
  const assets = Object.keys(limits);
  const overdrafts = assets.map((asset) => limits[asset]?.[0]);
  const maxima = assets.map((asset) => limits[asset]?.[1]);
  const values = [testUid(ledger), address, frozen, '{}', assets, overdrafts, maxima, null, null];
  await books.client.query(putAccount, values);
}
