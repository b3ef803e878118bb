import { createHash } from 'node:crypto';
import type { Command } from '@razao/shared/contract/command.ts';
import { REJECTIONS } from '@razao/shared/contract/rejections.ts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { booksOf, commitToMemory, type MemoryDatabase } from './memory-database.cases.ts';
import { applyNaively, type NaiveAnswer, type NaiveLedger } from './naive-ledger.cases.ts';
import type { CommandResult } from './rows.ts';
import { type Frozen, transactionKey } from './state.ts';
import {
  createDatabase,
  createNaiveLedgers,
  LEDGERS,
  POSTED_AT,
  type Setting,
  type World,
} from './worlds.cases.ts';

const RUNS = 1_000 * (process.env['RAZAO_LONG'] === '1' ? 20 : 1);
const ADDRESSES = ['world', 'alice', 'bob', 'carol', 'dave'];
const ASSETS = ['BRL/2', 'USD/2'];
const GREATEST = 10n ** 38n - 1n;
const TEST_MS_MAX = 120_000;

describe('any commands with any duplicates, cut into any batches', () => {
  test(
    'leave the same rows and get the same answers as one by one',
    () => {
      check((world) => {
        const [inBatches, oneByOne] = [createDatabase(world), createDatabase(world)];
        const answers = commitBatches(inBatches, world, world.cuts);
        expect(answers).toEqual(commitBatches(oneByOne, world, [1]));
        expect(dump(inBatches)).toEqual(dump(oneByOne));
      });
    },
    TEST_MS_MAX,
  );

  test(
    'do what a naive ledger does',
    () => {
      const seen = new Set<string>();
      check((world) => {
        const database = createDatabase(world);
        const naive = createNaiveLedgers(world);
        const results = commitBatches(database, world, world.cuts);
        for (const [index, command] of world.commands.entries()) {
          const unprocessable = world.unprocessable.includes(command.id);
          const expected = applyNaively(
            required(naive.get(command.ledgerId)),
            command,
            unprocessable,
          );
          seen.add(expectAnswer(required(results[index]), expected));
        }
        for (const [ledgerId, ledger] of naive) expectSameBooks(database, ledgerId, ledger);
      });
      // The commands were not all of one kind.
      expect([...seen].toSorted()).toEqual(
        [...Object.keys(REJECTIONS), 'conflict', 'posted', 'replay'].toSorted(),
      );
    },
    TEST_MS_MAX,
  );

  test(
    'keep the laws of the ledger',
    () => {
      check((world) => {
        const database = createDatabase(world);
        commitBatches(database, world, world.cuts);
        expectZeroSums(database, world);
        expectRunningBalances(database, world);
        for (const ledgerId of LEDGERS) expectChain(database, ledgerId);
      });
    },
    TEST_MS_MAX,
  );
});

/** A failure prints its seed and path; given to `fc.assert` beside `numRuns`, they replay it. */
function check(law: (world: World) => void): void {
  fc.assert(fc.property(worldArbitrary(), law), { numRuns: RUNS });
}

function commitBatches(
  database: MemoryDatabase,
  world: World,
  cuts: readonly number[],
): CommandResult[] {
  const unprocessable = new Set(
    LEDGERS.flatMap((ledger) => world.unprocessable.map((id) => transactionKey(ledger, id))),
  );
  const results: CommandResult[] = [];
  for (let turn = 0; results.length < world.commands.length; turn += 1) {
    const size = required(cuts[turn % cuts.length]);
    const batch = world.commands.slice(results.length, results.length + size);
    results.push(...commitToMemory(database, batch, unprocessable));
  }
  return results;
}

/** Returns what it saw, in one word. */
function expectAnswer({ outcome, replay, conflict }: CommandResult, expected: NaiveAnswer): string {
  const { sequence, broken } = expected;
  const answer = { sequence: outcome.sequence, replay, conflict };
  expect(answer).toEqual({ sequence, replay: expected.replay, conflict: expected.conflict });
  expect(outcome.status).toBe(broken.length === 0 ? 'posted' : 'rejected');
  if (outcome.rejection) {
    const { detail, ...rejection } = outcome.rejection;
    expect(broken).toContainEqual(rejection);
    expect(detail).toBe(REJECTIONS[rejection.code]);
  }
  return conflict ? 'conflict' : replay ? 'replay' : (outcome.rejection?.code ?? 'posted');
}

function expectSameBooks(database: MemoryDatabase, ledgerId: number, ledger: NaiveLedger): void {
  const { accounts, balances, entries } = booksOf(database, ledgerId);
  expect(Object.fromEntries(accounts)).toEqual(Object.fromEntries(ledger.accounts));
  expect(Object.fromEntries(balances)).toEqual(Object.fromEntries(ledger.balances));
  expect(entries).toEqual(ledger.entries);
}

function expectZeroSums(database: MemoryDatabase, world: World): void {
  const before = createDatabase(world);
  for (const ledgerId of LEDGERS) {
    for (const asset of ASSETS)
      expect(sumOf(database, ledgerId, asset)).toBe(sumOf(before, ledgerId, asset));
  }
  const perTransaction = Map.groupBy(
    database.entries.values(),
    ({ ledgerId, sequence }) => `${ledgerId}/${sequence}`,
  );
  for (const entries of perTransaction.values()) {
    expect(entries.reduce((sum, { amount }) => sum + amount, 0n)).toBe(0n);
  }
}

function expectRunningBalances(database: MemoryDatabase, world: World): void {
  const before = createDatabase(world);
  const ids = new Set<string>();
  for (const [key, balance] of database.balances) {
    let { posted, version } = before.balances.get(key) ?? { posted: 0n, version: 0 };
    for (const entry of database.entries.values()) {
      if (entry.ledgerId !== balance.ledgerId || entry.balanceId !== balance.id) continue;
      posted += entry.amount;
      version += 1;
      expect(entry).toMatchObject({ version, balanceAfter: posted });
    }
    expect(balance).toMatchObject({ version, posted });
    expect(balance.id).toBeLessThan(required(database.ledgers.get(balance.ledgerId)).nextBalance);
    ids.add(`${balance.ledgerId}/${balance.id}`);
  }
  expect(ids.size).toBe(database.balances.size);
}

function expectChain(database: MemoryDatabase, ledgerId: number): void {
  const rows = [...database.transactions.values()].filter(
    ({ command }) => command.ledgerId === ledgerId,
  );
  let head = Buffer.alloc(32);
  for (const [index, { command, outcome, hash }] of rows.entries()) {
    expect(outcome.sequence).toBe(index + 1);
    head = createHash('sha256')
      .update(head)
      .update(Buffer.from(command.id.replaceAll('-', ''), 'hex'))
      .update(Buffer.from(command.fingerprint, 'base64'))
      .update(`${index + 1}|transfer|${outcome.rejection?.code ?? ''}|${POSTED_AT}`)
      .digest();
    expect(hash).toBe(head.toString('base64'));
  }
  expect(database.ledgers.get(ledgerId)).toMatchObject({
    hash: head.toString('base64'),
    nextSequence: rows.length + 1,
  });
}

/** Small worlds: few ids, so that many repeat; few accounts, so that many run short. */
function worldArbitrary(): fc.Arbitrary<World> {
  const ids = fc
    .integer({ min: 1, max: 30 })
    .map((n) => `00000000-0000-7000-8000-${String(n).padStart(12, '0')}`);
  return fc.record({
    explicit: fc.subarray(LEDGERS),
    settings: fc.uniqueArray(settingArbitrary(), {
      maxLength: 12,
      selector: ({ ledgerId, address, asset }) => `${ledgerId}/${address}/${asset}`,
    }),
    commands: fc.array(commandArbitrary(ids), { minLength: 1, maxLength: 30 }),
    unprocessable: fc.array(ids, { maxLength: 2 }),
    cuts: fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 6 }),
  });
}

function settingArbitrary(): fc.Arbitrary<Setting> {
  const limit = fc.oneof(
    fc.constant('none' as const),
    fc.constantFrom(0n, 10n, 30n),
    fc.bigInt(0n, 60n),
  );
  const posted = fc.oneof(
    fc.constantFrom(-20n, 0n, 10n, 20n, 50n),
    fc.bigInt(-50n, 100n),
    fc.constantFrom(GREATEST, -GREATEST, GREATEST - 10n, 10n - GREATEST),
  );
  const balance = fc.record({
    posted,
    held: fc.oneof(fc.constant(0n), fc.bigInt(0n, 50n)),
    overdraft: limit,
    max: limit,
  });
  const place = { ledgerId: fc.constantFrom(...LEDGERS), address: fc.constantFrom(...ADDRESSES) };
  const frozen = fc.constantFrom<Frozen[]>('none', 'none', 'none', 'debit', 'credit', 'both');
  return fc.record({
    ...place,
    frozen,
    asset: fc.constantFrom(null, ...ASSETS, ...ASSETS),
    balance,
  });
}

function commandArbitrary(ids: fc.Arbitrary<string>): fc.Arbitrary<Command> {
  // Round amounts meet round limits: what just fits occurs as often as what just does not.
  const amount = fc.oneof(
    { weight: 30, arbitrary: fc.constantFrom(10n, 20n, 30n) },
    { weight: 10, arbitrary: fc.bigInt(1n, 60n) },
    { weight: 1, arbitrary: fc.bigInt(1n, GREATEST) },
  );
  const posting = fc
    .record({
      pair: fc.shuffledSubarray([...ADDRESSES, 'world'], { minLength: 2, maxLength: 2 }),
      asset: fc.constantFrom(...ASSETS),
      amount,
    })
    .filter(({ pair: [source, destination] }) => source !== destination)
    .map(({ pair: [source = '', destination = ''], asset, amount: size }) => ({
      source,
      destination,
      asset,
      amount: String(size),
    }));
  const postings = fc.oneof(
    { weight: 2, arbitrary: fc.tuple(posting) },
    { weight: 1, arbitrary: fc.array(posting, { minLength: 2, maxLength: 4 }) },
  );
  return fc
    .record({
      ledgerId: fc.constantFrom(...LEDGERS),
      id: ids,
      postings,
      body: fc.constantFrom('1', '1', '1', '2'),
    })
    .map(({ body, ...command }) => ({
      ...command,
      kind: 'transfer',
      // Two of one id are the same command or not by their fingerprint alone: postings that differ prove which is applied.
      fingerprint: Buffer.from(body.repeat(32)).toString('base64'),
      acceptedAt: '2026-11-25T11:59:59.123000Z',
      description: null,
      reference: null,
      metadata: {},
      effectiveAt: null,
    }));
}

function sumOf({ balances }: MemoryDatabase, ledgerId: number, asset: string): bigint {
  return [...balances.values()]
    .filter((balance) => balance.ledgerId === ledgerId && balance.asset === asset)
    .reduce((sum, { posted }) => sum + posted, 0n);
}

function dump(database: MemoryDatabase): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(database).map(([name, table]) => [name, Object.fromEntries(table)]),
  );
}

function required<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('a value is missing');
  return value;
}
