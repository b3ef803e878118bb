import type { Command } from '@razao/shared/contract/command.ts';
import { REJECTIONS } from '@razao/shared/contract/rejections.ts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { applyToReference, type ReferenceAnswer } from '../../model/reference-ledger.ts';
import type { CommandResult } from '../../src/rows.ts';
import { transactionKey } from '../../src/state.ts';
import { booksOf, booksOfReference } from '../memory/memory-books.ts';
import { commitToMemory } from '../memory/memory-database.ts';
import { type MemoryDatabase, presentOutcome } from '../memory/memory-tables.ts';
import { expectLaws, expectNothingTakenBack } from './laws.ts';
import { worldArbitrary } from './world-arbitrary.ts';
import { createDatabase } from './world-rows.ts';
import { createReferenceLedgers, type World } from './worlds.ts';

const RUNS = 1_000 * (process.env['RAZAO_LONG'] === '1' ? 20 : 1);
const TEST_MS_MAX = 300_000;

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
    'do what a reference ledger does',
    () => {
      const seen = new Set<string>();
      check((world) => {
        const database = createDatabase(world);
        const reference = createReferenceLedgers(world);
        const isUnprocessable = ({ ledgerUid, id }: Command) =>
          world.unprocessable.includes(transactionKey(ledgerUid, id));
        const results = commitBatches(database, world, world.cuts);
        const expected = world.groups.flatMap((group) =>
          applyToReference(required(reference.get(ledgerOf(group))), group, isUnprocessable),
        );
        expect(results.length).toBe(expected.length);
        for (const [index, result] of results.entries())
          seen.add(expectAnswer(result, required(expected[index])));
        for (const [ledgerUid, ledger] of reference)
          expect(booksOf(database, ledgerUid)).toEqual(booksOfReference(ledger));
      });
      // The commands were not all of one kind.
      const kinds = ['transfer', 'capture', 'release', 'expiry', 'revert'];
      expect([...seen].toSorted()).toEqual(
        [
          ...Object.keys(REJECTIONS),
          ...kinds.map((kind) => `posted ${kind}`),
          'pending hold',
          'conflict',
          'replay',
        ].toSorted(),
      );
    },
    TEST_MS_MAX,
  );

  test(
    'keep the laws of the ledger',
    () => {
      check((world) => {
        const database = createDatabase(world);
        let earlier = copyOf(database);
        commitBatches(database, world, world.cuts, () => {
          expectNothingTakenBack(earlier, database);
          earlier = copyOf(database);
        });
        expectLaws(database, world);
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
  { groups, unprocessable }: World,
  cuts: readonly number[],
  afterEach: () => void = () => {},
): CommandResult[] {
  const results: CommandResult[] = [];
  for (let turn = 0, next = 0; next < groups.length; turn += 1) {
    const size = required(cuts[turn % cuts.length]);
    const batch = groups.slice(next, next + size).flat();
    next += size;
    const done = commitToMemory(database, batch, new Set(unprocessable));
    results.push(...done.results);
    expect(done.targets).toEqual(presentTargets(database, batch));
    afterEach();
  }
  return results;
}

/** What is to be published of what a batch acted on: how it stands now, once each. */
function presentTargets(database: MemoryDatabase, batch: readonly Command[]) {
  const targets = new Map<string, { ledgerUid: string; id: string }>();
  for (const command of batch) {
    if (!('target' in command)) continue;
    const { ledgerUid, target: id } = command;
    targets.set(transactionKey(ledgerUid, id), { ledgerUid, id });
  }
  return [...targets].flatMap(([key, place]) => {
    const outcome = presentOutcome(database, key);
    return outcome ? [{ ...place, outcome }] : [];
  });
}

/** Returns what it saw, in a word or two. */
function expectAnswer(
  { outcome, replay, conflict }: CommandResult,
  expected: ReferenceAnswer,
): string {
  const { transaction, ...answer } = expected;
  const { broken } = transaction;
  const { sequence, version, status, kind, rejection } = outcome;
  expect({ replay, conflict }).toEqual(answer);
  expect(transaction).toMatchObject({ sequence, version, status, kind });
  expect(rejection === null).toBe(broken.length === 0);
  if (rejection) {
    const { detail, ...cause } = rejection;
    expect(broken).toContainEqual(cause);
    expect(detail).not.toBe('');
  }
  if (conflict) return 'conflict';
  return replay ? 'replay' : (rejection?.code ?? `${status} ${kind}`);
}

function ledgerOf(group: readonly Command[]): string {
  return required(group[0]).ledgerUid;
}

function copyOf(database: MemoryDatabase): MemoryDatabase {
  return {
    ledgers: new Map(database.ledgers),
    accounts: new Map(database.accounts),
    balances: new Map(database.balances),
    transactions: new Map(database.transactions),
    entries: new Map(database.entries),
    heldChanges: new Map(database.heldChanges),
    datedEntries: new Map(database.datedEntries),
    holds: new Map(database.holds),
    reverted: new Map(database.reverted),
    assets: new Map(database.assets),
  };
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
