import type { Command } from '@razao/shared/contract/command.ts';
import { capture, expiry, hold, release, revert, transfer } from '@razao/shared/test/commands.ts';
import { runChecks } from '@razao/sql/check.ts';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Books, openBooks, openSession } from '../../test/books.ts';
import { storedRows, storedTransaction } from '../../test/stored.ts';
import type { LockSession } from '../leadership/lock-session.ts';
import { commitBatch } from './commit-batch.ts';

let books: Books;
let session: LockSession;
let ledger: number;
let ledgers = 0;

beforeAll(async () => {
  books = await openBooks();
  session = await openSession(books.url);
});
afterAll(async () => {
  session?.destroy();
  await books?.close();
});
beforeEach(async () => {
  ledgers += 1;
  ledger = await books.createLedger(`rules-${ledgers}`);
});
afterEach(async () => {
  expect(await runChecks(books.client)).toEqual([]);
});

test('a hold is stored, captured in parts and closed over several commits', async () => {
  const held = hold(ledger, 'alice>bob 60');
  await commit(transfer(ledger, 'world>alice 100'), held);
  expect(await holds()).toEqual(['pending 0/60 changed 2']);
  expect(await balances()).toEqual(['alice 100-60 v2', 'world -100-0 v1']);
  const part = capture(ledger, held.id, { amount: '20', final: false });
  expect(await commit(part)).toEqual(['posted']);
  expect(await holds()).toEqual(['pending 20/60 changed 3']);
  expect(await storedTransaction(books, part.id)).toMatchObject({
    kind: 'capture',
    status: 'posted',
    target: held.id,
    postings: [['alice', 'bob', 'BRL/2', '20']],
    description: null,
    effective_at: null,
  });
  expect(await commit(capture(ledger, held.id, { amount: '10' }))).toEqual(['posted']);
  expect(await holds()).toEqual(['posted 30/60 changed 4']);
  expect(await balances()).toEqual(['alice 70-0 v4', 'bob 30-0 v2', 'world -100-0 v1']);
  expect(await commit(capture(ledger, held.id), release(ledger, held.id))).toEqual([
    'hold_not_open',
    'hold_not_open',
  ]);
  expect(await heldChanges()).toEqual(['v2 60=60', 'v3 -20=40', 'v4 -40=0']);
});

test('what a hold became is the same whether its commands came in one commit or in several', async () => {
  const held = hold(ledger, 'alice>bob 60 + alice>carol 5');
  const ends: Command[] = [
    release(ledger, held.id),
    capture(ledger, held.id),
    expiry(ledger, held.id),
  ];
  expect(await commit(transfer(ledger, 'world>alice 100'), held, ...ends)).toEqual([
    ...['posted', 'pending', 'posted'],
    ...['hold_not_open', 'hold_not_open'],
  ]);
  expect(await holds()).toEqual(['released 0/65 changed 3']);
  const next = hold(ledger, 'alice>bob 60 + alice>carol 5');
  await commit(next);
  expect(await commit(expiry(ledger, next.id))).toEqual(['posted']);
  expect(await holds()).toEqual(['released 0/65 changed 3', 'expired 0/65 changed 7']);
  expect(await balances()).toEqual(['alice 100-0 v9', 'world -100-0 v1']);
});

test('a redelivered command returns the present state of what it acted on, too', async () => {
  const held = hold(ledger, 'alice>bob 60');
  const part = capture(ledger, held.id, { amount: '20', final: false });
  await commit(transfer(ledger, 'world>alice 100'), held, part);
  await commit(release(ledger, held.id));
  const again = await commitBatch(session, [held, part]);
  expect(again.results).toMatchObject([
    { replay: true, outcome: { status: 'released', sequence: 2, version: 4 } },
    { replay: true, outcome: { status: 'posted', sequence: 3, version: 3 } },
  ]);
  expect(again.targets).toMatchObject([
    { id: held.id, outcome: { status: 'released', version: 4 } },
  ]);
  expect(again.balances.map(({ address, held }) => [address, held])).toEqual(
    expect.arrayContaining([['alice', 0n]]),
  );
});

test('a transfer is reverted in parts, a capture whole, over several commits', async () => {
  const first = transfer(ledger, 'world>alice 100');
  await commit(first, transfer(ledger, 'world>bob 1 + bob>carol 1 + world>dave 2 USD/2'));
  expect(await commit(revert(ledger, first.id, { amount: '30' }))).toEqual(['posted']);
  expect(await commit(revert(ledger, first.id, { amount: '71' }))).toEqual([
    'revert_amount_exceeded',
  ]);
  expect(await reverted()).toEqual(['30 changed 3']);
  expect(await commit(revert(ledger, first.id))).toEqual(['posted']);
  expect(await commit(revert(ledger, first.id))).toEqual(['already_reverted']);
  expect(await reverted()).toEqual(['100 changed 5']);
  expect(await balances()).toContain('alice 0-0 v3');
});

test('a capture in the batch of its hold can be reverted in the same batch', async () => {
  const held = hold(ledger, 'alice>bob 60');
  const taken = capture(ledger, held.id);
  const back = revert(ledger, taken.id);
  expect(await commit(transfer(ledger, 'world>alice 100'), held, taken, back)).toEqual([
    ...['posted', 'pending', 'posted', 'posted'],
  ]);
  expect(await balances()).toEqual(['alice 100-0 v4', 'bob 0-0 v2', 'world -100-0 v1']);
});

test('reverts that name each other are rejected, and nothing runs in circles', async () => {
  const one = revert(ledger, 'e1d3a1f4-7b5c-4e0e-9d0a-4d9b0f1c2a3b');
  const other = revert(ledger, one.id, { id: one.target });
  expect(await commit(one, other)).toEqual(['target_unknown', 'target_unknown']);
});

test('the scale of an asset is that of its first use, over several commits and sessions', async () => {
  await commit(transfer(ledger, 'alice>bob 1 BRL/3'));
  expect(await commit(transfer(ledger, 'world>alice 1 BRL/2'))).toEqual(['posted']);
  expect(await commit(transfer(ledger, 'world>bob 1 BRL/3'))).toEqual(['asset_scale_mismatch']);
  const other = await openSession(books.url, 1);
  const { results } = await commitBatch(other, [hold(ledger, 'world>bob 1 BRL/4')]);
  expect(results[0]?.outcome.rejection?.code).toBe('asset_scale_mismatch');
  other.destroy();
  expect(await books.rows('select code, scale from assets where ledger_id = $1', [ledger])).toEqual(
    [{ code: 'BRL', scale: '2' }],
  );
});

test('an atomic bulk whose last member fails leaves what was there before, and its rejections', async () => {
  await commit(transfer(ledger, 'world>alice 10'));
  const atomic = 'q6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6s=';
  const held = hold(ledger, 'alice>carol 2', { atomic });
  const members = [
    transfer(ledger, 'alice>bob 5 + world>dave 1 USD/2', { atomic }),
    held,
    capture(ledger, held.id, { atomic }),
    transfer(ledger, 'alice>bob 5', { atomic }),
  ];
  const alone = transfer(ledger, 'alice>bob 4');
  expect(await commit(...members, alone)).toEqual([
    ...['dependency_failed', 'dependency_failed', 'dependency_failed'],
    ...['insufficient_funds', 'posted'],
  ]);
  expect(await balances()).toEqual(['alice 6-0 v2', 'bob 4-0 v1', 'world -10-0 v1']);
  expect(await holds()).toEqual([]);
  expect(await commit(...members)).toEqual([
    ...['dependency_failed', 'dependency_failed', 'dependency_failed'],
    'insufficient_funds',
  ]);
});

test('a batch that the database takes back leaves nothing of any table behind', async () => {
  const first = transfer(ledger, 'world>alice 100', { effectiveAt: '2026-01-02T03:04:05.000000Z' });
  const held = hold(ledger, 'alice>bob 60');
  await commit(first, held);
  const before = await storedRows(books);
  await books.client.query(`create function refuse() returns trigger language plpgsql as
    $$ begin raise exception 'refused' using errcode = '58030'; end $$`);
  await books.client.query(
    'create trigger refuse before insert on outbox execute function refuse()',
  );
  const batch = [
    capture(ledger, held.id),
    revert(ledger, first.id, { amount: '1' }),
    hold(ledger, 'alice>carol 1'),
    transfer(ledger, 'world>alice 1 USD/2', { effectiveAt: '2026-01-02T03:04:05.000000Z' }),
  ];
  await expect(commitBatch(session, batch)).rejects.toMatchObject({ code: '58030' });
  expect(await storedRows(books)).toEqual(before);
  await books.client.query('drop trigger refuse on outbox; drop function refuse()');
  expect(await commit(...batch)).toEqual(['posted', 'posted', 'pending', 'posted']);
});

async function commit(...commands: Command[]): Promise<string[]> {
  const { results } = await commitBatch(session, commands);
  return results.map(({ outcome }) => outcome.rejection?.code ?? outcome.status);
}

async function lines(query: string): Promise<string[]> {
  const rows = await books.rows<{ line: string }>(query, [ledger]);
  return rows.map(({ line }) => line);
}

function holds(): Promise<string[]> {
  return lines(
    `select concat(h.status, ' ', captured, '/', amount, ' changed ', changed) as line
     from holds h join transactions t using (ledger_id, id) where ledger_id = $1 order by sequence`,
  );
}

function balances(): Promise<string[]> {
  return lines(
    `select concat(address, ' ', posted, '-', held, ' v', version) as line
     from balances where ledger_id = $1 and asset = 'BRL/2' order by address`,
  );
}

function heldChanges(): Promise<string[]> {
  return lines(
    `select concat('v', version, ' ', amount, '=', held_after) as line
     from held_changes where ledger_id = $1 order by balance_id, version`,
  );
}

function reverted(): Promise<string[]> {
  return lines(
    `select concat(amount, ' changed ', changed) as line from reverted where ledger_id = $1`,
  );
}
