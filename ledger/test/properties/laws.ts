import { createHash } from 'node:crypto';
import { expect } from 'vitest';
import type { TransactionRow } from '../../src/rows.ts';
import { transactionKey } from '../../src/state.ts';
import { balanceKey } from '../memory/flat-books.ts';
import type { MemoryDatabase } from '../memory/memory-tables.ts';
import { createDatabase } from './world-rows.ts';
import { LEDGERS, POSTED_AT, type World } from './worlds.ts';

/** What must hold of the tables after any commands, whatever they were. */
export function expectLaws(database: MemoryDatabase, world: World): void {
  const before = createDatabase(world);
  expectZeroSums(database, before);
  expectRunningBalances(database, before);
  expectHeldIsOpen(database);
  expectTakenParts(database, before);
  expectEffectsInOrder(database);
  expectOneScale(database, before);
  for (const ledgerUid of LEDGERS) expectChain(database, before, ledgerUid);
}

/** A hold that is over stays as it is, and what was captured or reverted never becomes less. */
export function expectNothingTakenBack(earlier: MemoryDatabase, later: MemoryDatabase): void {
  for (const [key, { status, captured, expiresAt, amount }] of earlier.holds) {
    const after = required(later.holds.get(key));
    expect(after).toMatchObject({ expiresAt, amount });
    expect(after.captured).toBeGreaterThanOrEqual(captured);
    if (status !== 'pending') expect(after).toEqual(earlier.holds.get(key));
  }
  for (const [key, { amount }] of earlier.reverted)
    expect(later.reverted.get(key)?.amount ?? 0n).toBeGreaterThanOrEqual(amount ?? 0n);
  for (const [key, row] of earlier.transactions) expect(later.transactions.get(key)).toBe(row);
}

function expectZeroSums(database: MemoryDatabase, before: MemoryDatabase): void {
  const sums = ({ balances }: MemoryDatabase) => {
    const totals: Record<string, bigint> = {};
    for (const { ledgerUid, asset, posted } of balances.values()) {
      const key = `${ledgerUid} ${asset}`;
      totals[key] = (totals[key] ?? 0n) + posted;
    }
    return Object.fromEntries(Object.entries(totals).filter(([, total]) => total !== 0n));
  };
  expect(sums(database)).toEqual(sums(before));
  const perTransaction = Map.groupBy(
    database.entries.values(),
    ({ ledgerUid, sequence }) => `${ledgerUid}/${sequence}`,
  );
  for (const entries of perTransaction.values())
    expect(entries.reduce((sum, { amount }) => sum + amount, 0n)).toBe(0n);
}

/** The versions of a balance count its entries and the changes of what it holds, without a gap. */
function expectRunningBalances(database: MemoryDatabase, before: MemoryDatabase): void {
  const versions = Map.groupBy(
    new Set([...database.entries.keys(), ...database.heldChanges.keys()]),
    (key) => key.slice(0, key.lastIndexOf('/')),
  );
  const ids = new Set<string>();
  for (const [key, balance] of database.balances) {
    const id = `${balance.ledgerUid}/${balance.id}`;
    const { posted, held, version } = before.balances.get(key) ?? UNUSED;
    const running = { posted, held, version };
    for (let left = versions.get(id)?.length ?? 0; left > 0; left -= 1) step(database, id, running);
    expect(balance).toMatchObject(running);
    expect(balance.id).toBeLessThan(required(database.ledgers.get(balance.ledgerUid)).nextBalance);
    ids.add(id);
  }
  expect(ids.size).toBe(database.balances.size);
  for (const [key, { sequence, amount }] of database.datedEntries)
    expect(database.entries.get(key)).toMatchObject({ sequence, amount });
}

const UNUSED = { posted: 0n, held: 0n, version: 0 };

/** The next version: an entry, a change of what is held, or both as one move. */
function step(database: MemoryDatabase, id: string, running: typeof UNUSED): void {
  running.version += 1;
  const key = `${id}/${running.version}`;
  const entry = database.entries.get(key);
  const change = database.heldChanges.get(key);
  running.posted += entry?.amount ?? 0n;
  running.held += change?.amount ?? 0n;
  expect(entry ?? change).toBeDefined();
  if (entry) expect(entry.balanceAfter).toBe(running.posted);
  if (change) expect(change.heldAfter).toBe(running.held);
  if (entry && change) expect(change.sequence).toBe(entry.sequence);
  expect([entry?.amount, change?.amount]).not.toContain(0n);
}

/** What a balance holds is what the open holds on it have left. */
function expectHeldIsOpen(database: MemoryDatabase): void {
  const open = new Map<string, bigint>();
  for (const [key, { status, captured, ledgerUid }] of database.holds) {
    if (status !== 'pending') continue;
    for (const { source, asset, amount } of required(database.transactions.get(key)).postings) {
      const place = balanceKey(ledgerUid, source, asset);
      open.set(place, (open.get(place) ?? 0n) + BigInt(amount) - captured);
    }
  }
  for (const [key, { held }] of database.balances) expect(held).toBe(open.get(key) ?? 0n);
}

/** What was captured or reverted is what the captures and reverts that were posted took, and never more than there was. */
function expectTakenParts(database: MemoryDatabase, before: MemoryDatabase): void {
  const rows = [...database.transactions.values()];
  const takenOf = (kind: 'capture' | 'revert', key: string) =>
    rows
      .filter(
        ({ command, outcome }) =>
          command.kind === kind &&
          outcome.status === 'posted' &&
          transactionKey(command.ledgerUid, command.target) === key,
      )
      .reduce((sum, row) => sum + sumOf(row), 0n);
  for (const [key, { amount, captured, status }] of database.holds) {
    if (amount === null) continue;
    expect(captured).toBeLessThanOrEqual(amount);
    expect(captured).toBe((before.holds.get(key)?.captured ?? 0n) + takenOf('capture', key));
    if (status === 'pending') expect(captured).toBeLessThan(amount);
  }
  for (const [key, { amount }] of database.reverted) {
    const target = required(database.transactions.get(key));
    expect(target.outcome.status).toBe('posted');
    const earlier = before.reverted.get(key);
    const all = earlier && earlier.amount === null ? sumOf(target) : (earlier?.amount ?? 0n);
    const total = all + takenOf('revert', key);
    expect(total).toBeLessThanOrEqual(sumOf(target));
    if (amount !== null) expect(amount).toBe(total);
  }
}

/** By effect, too, what a capture or a revert moves was there: at no instant is it counted before its target. */
function expectEffectsInOrder(database: MemoryDatabase): void {
  const effectOf = ({ effectiveAt, outcome }: TransactionRow) => effectiveAt ?? outcome.postedAt;
  for (const row of database.transactions.values()) {
    const { command, outcome } = row;
    if (outcome.status === 'rejected') continue;
    if (command.kind !== 'capture' && command.kind !== 'revert') continue;
    const target = database.transactions.get(transactionKey(command.ledgerUid, command.target));
    expect(effectOf(row) >= effectOf(required(target))).toBe(true);
  }
}

/** A code has the scale of what was posted or held in it, whatever the order, and only such codes have one. */
function expectOneScale(database: MemoryDatabase, before: MemoryDatabase): void {
  const used = new Map(before.assets);
  for (const { command, outcome, postings } of database.transactions.values()) {
    if (outcome.status === 'rejected') continue;
    for (const { asset } of postings) {
      const [code = '', scale = ''] = asset.split('/');
      const key = `${command.ledgerUid}/${code}`;
      expect(scale).toBe(used.get(key) ?? scale);
      used.set(key, scale);
    }
  }
  expect(Object.fromEntries(database.assets)).toEqual(Object.fromEntries(used));
}

function expectChain(database: MemoryDatabase, before: MemoryDatabase, ledgerUid: string): void {
  const rows = [...database.transactions]
    .filter(
      ([key, { command }]) => command.ledgerUid === ledgerUid && !before.transactions.has(key),
    )
    .map(([, row]) => row);
  const first = required(before.ledgers.get(ledgerUid)).nextSequence;
  let head = Buffer.alloc(32);
  for (const [index, { command, outcome, hash }] of rows.entries()) {
    expect(outcome.sequence).toBe(first + index);
    const cause = outcome.rejection?.code ?? '';
    head = createHash('sha256')
      .update(head)
      .update(Buffer.from(command.id.replaceAll('-', ''), 'hex'))
      .update(Buffer.from(command.fingerprint, 'base64'))
      .update(`${first + index}|${command.kind}|${cause}|${POSTED_AT}`)
      .digest();
    expect(hash).toBe(head.toString('base64'));
  }
  expect(database.ledgers.get(ledgerUid)).toMatchObject({
    hash: head.toString('base64'),
    nextSequence: first + rows.length,
  });
}

function sumOf({ postings }: TransactionRow): bigint {
  return postings.reduce((sum, { amount }) => sum + BigInt(amount), 0n);
}

function required<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('a value is missing');
  return value;
}
