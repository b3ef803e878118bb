import type { Command } from '@razao/shared/contract/command.ts';
import { REJECTIONS, type RejectionCode } from '@razao/shared/contract/rejections.ts';
import { sha256 } from '@razao/shared/runtime/sha256.ts';
import { describe, expect, test } from 'vitest';
import { applyBatch } from '../../src/apply-batch.ts';
import type { BatchRows } from '../../src/rows.ts';
import { type BatchState, transactionKey } from '../../src/state.ts';
import { CASES } from './apply-batch.cases.ts';
import { applyCase, resultText, writtenTexts } from './case-language.ts';
import { ledgerUid, listOf, POSTED_AT } from './case-words.ts';
import { idOf, parseCommands } from './command-language.ts';
import { parseState } from './given-language.ts';

describe('the rules of the ledger, a row for each case', () => {
  test.each(CASES)('$reason', ({ given, commands, outcomes, written }) => {
    const { state, results, rows } = applyCase(given, commands);
    expect(results.map(resultText).join('; ') || '-').toBe(outcomes);
    expect(writtenTexts(rows)).toEqual(listOf(written, ',').toSorted());
    expectLaws(state, rows);
  });

  test.each(Object.keys(REJECTIONS))('the tables have a row for %s', (code) => {
    expect(
      CASES.filter(({ outcomes }) =>
        listOf(outcomes, ';').some((text) => text.split(' ')[0] === code),
      ),
    ).not.toEqual([]);
  });

  test('no two rows are the same case', () => {
    expect(new Set(CASES.map(({ given, commands }) => `${given}|${commands}`)).size).toBe(
      CASES.length,
    );
  });
});

describe('what a batch answers', () => {
  test("an outcome carries the command's facts and the instant of the commit", () => {
    const { commands, results } = applyCase('-', 'world>alice 1; alice>bob 2');
    const [posted, rejected] = results;
    const { fingerprint, acceptedAt } = required(commands[0]);
    expect(posted?.outcome).toEqual({
      version: 1,
      status: 'posted',
      kind: 'transfer',
      sequence: 1,
      fingerprint,
      acceptedAt,
      postedAt: POSTED_AT,
      rejection: null,
    });
    expect(rejected?.outcome.rejection).toEqual({
      code: 'insufficient_funds',
      detail: REJECTIONS.insufficient_funds,
      account: 'alice',
      asset: 'BRL/2',
      available: '1',
      required: '2',
    });
  });

  test('a replay and a conflict are answered with the stored outcome', () => {
    const { state, commands, results } = applyCase(
      'done a: world>alice 1',
      'a: world>alice 1; a: world>alice 2',
    );
    const stored = state.transactions.get(
      transactionKey(ledgerUid('book'), required(commands[0]).id),
    );
    expect(results).toEqual([
      { outcome: stored, replay: true, conflict: false },
      { outcome: stored, replay: true, conflict: true },
    ]);
  });

  test('a command that could not be processed is not even read', () => {
    const { commands, unprocessable } = parseCommands('!world>alice 1');
    const postings = [{ source: '', destination: '', asset: '', amount: 'x' }];
    const broken = { ...required(commands[0]), kind: 'transfer', postings } as Command;
    expect(() => applyBatch(parseState('-'), [broken], { sha256 })).toThrow(SyntaxError);
    const { results } = applyBatch(parseState('-'), [broken], { sha256, unprocessable });
    expect(results.map(resultText)).toEqual(['processing_failed']);
  });

  test('a ledger that the batch did not read is a bug', () => {
    const { commands } = parseCommands('world>alice 1');
    expect(() =>
      applyBatch({ ...parseState('-'), ledgers: new Map() }, commands, { sha256 }),
    ).toThrow('did not read ledger');
  });

  test('the same batch gives the same rows and answers again', () => {
    const batch = ['alice 9', 'alice>bob 4; world>alice 5; a: alice>bob 4; carol>bob 1'] as const;
    expect(applyCase(...batch)).toEqual(applyCase(...batch));
  });

  test('a replay of what changed since is answered as it is now, at the version of the change', () => {
    const { results } = applyCase(
      'alice 9',
      'hold alice>bob 9; capture a 4 keep; a: hold alice>bob 9; capture a; a: hold alice>bob 9',
    );
    const holds = results.filter(({ outcome }) => outcome.kind === 'hold');
    expect(holds.map(({ outcome }) => [outcome.sequence, outcome.version, outcome.status])).toEqual(
      [
        [1, 1, 'pending'],
        [1, 2, 'pending'],
        [1, 3, 'posted'],
      ],
    );
  });

  test.each<[RejectionCode, string, string, string]>([
    ['hold_not_open', 'alice 9, open x: hold alice>bob 9 for 60', 'capture x at 60', 'time'],
    [
      'hold_amount_exceeded',
      'world 0, open x: hold world>bob 4 + world>carol 5',
      'capture x 4',
      'whole',
    ],
    ['revert_amount_exceeded', 'done x: alice>bob 4 + alice>carol 5', 'revert x 4', 'whole'],
    ['target_unknown', 'world 0, open x: hold world>bob 9', 'revert x', 'captures'],
    ['target_unknown', 'refused x: alice>bob 9', 'revert x', 'rejected'],
    ['target_unknown', 'bob 9, done x: alice>bob 9', 'revert x; revert a', 'new transfer'],
    ['target_unknown', 'world 0, open x: hold world>bob 9', 'release x; revert a', 'release'],
    ['target_unknown', 'world 0, open x: hold world>bob 9', 'expire x; revert a', 'expiry'],
  ])('%s says why, where its code does not: %s | %s', (code, given, batch, word) => {
    const { results } = applyCase(given, batch);
    const cause = results.at(-1)?.outcome.rejection;
    expect(cause?.code).toBe(code);
    expect(cause?.detail).not.toBe(REJECTIONS[code]);
    expect(cause?.detail).toContain(word);
  });

  test('the members of a failed bulk say nothing of its cause', () => {
    const { results } = applyCase('alice 9', '{alice>bob 9; alice>bob 1}');
    expect(results[0]?.outcome.rejection).toEqual({
      code: 'dependency_failed',
      detail: REJECTIONS.dependency_failed,
    });
  });
});

describe('what is to be published of the transactions that were acted on', () => {
  test.each<[string, string, string, [string, string, number][]]>([
    ['a hold of this batch', 'alice 9', 'hold alice>bob 9; capture a', [['a', 'posted', 2]]],
    ['a hold of before', 'world 0, open x: hold world>bob 9', 'release x', [['x', 'released', 2]]],
    ['an expired one', 'world 0, open x: hold world>bob 9', 'expire x', [['x', 'expired', 2]]],
    ['a reverted one', 'bob 9, done x: alice>bob 9', 'revert x 4', [['x', 'posted', 2]]],
    ['each once', 'bob 9, done x: alice>bob 9', 'revert x 4; revert x 5', [['x', 'posted', 3]]],
    [
      'as it was, where nothing changed',
      'refused x: alice>bob 9',
      'revert x',
      [['x', 'rejected', 1]],
    ],
    [
      'for a replay too',
      'alice 9',
      'hold alice>bob 9; capture a; b: capture a',
      [['a', 'posted', 2]],
    ],
    [
      'as it was before a failed bulk',
      'world 0, open x: hold world>bob 9',
      '{capture x; bob>carol 10}',
      [['x', 'pending', 1]],
    ],
    ['not what does not exist', '-', 'capture z; release z; expire z; revert z', []],
    ['nor what nothing acts on', 'alice 9', 'alice>bob 9; hold world>bob 9', []],
  ])('%s', (_, given, batch, expected) => {
    const { targets } = applyCase(given, batch);
    expect(targets.map(({ id, outcome }) => [id, outcome.status, outcome.version])).toEqual(
      expected.map(([letter, status, version]) => [idOf(letter), status, version]),
    );
  });
});

/** What must hold of every batch. */
function expectLaws(state: BatchState, rows: BatchRows): void {
  for (const { after, firstSequence } of rows.ledgers) {
    const taken = rows.transactions.filter(({ command }) => command.ledgerUid === after.uid);
    expect(taken.map(({ outcome }) => outcome.sequence)).toEqual(
      taken.map((_, index) => firstSequence + index),
    );
    expect(after.nextSequence).toBe(firstSequence + taken.length);
    expect(taken.at(-1)?.hash).toBe(after.hash);
  }
  expect(rows.ledgers.map(({ after }) => after.uid)).toEqual(
    [...state.ledgers.keys()].filter((id) =>
      rows.transactions.some(({ command }) => command.ledgerUid === id),
    ),
  );
  for (const { after, versionBefore } of rows.balances) {
    const isOwn = (row: { ledgerUid: string; balanceId: number }) =>
      row.ledgerUid === after.ledgerUid && row.balanceId === after.id;
    const entries = rows.entries.filter(isOwn);
    const changes = rows.heldChanges.filter(isOwn);
    const versions = new Set([...entries, ...changes].map(({ version }) => version));
    expect([...versions].toSorted((a, b) => a - b)).toEqual(
      [...versions].map((_, index) => versionBefore + 1 + index),
    );
    expect(after.version).toBe(versionBefore + versions.size);
    if (entries.length > 0) expect(entries.at(-1)).toMatchObject({ balanceAfter: after.posted });
    if (changes.length > 0) expect(changes.at(-1)).toMatchObject({ heldAfter: after.held });
  }
  expect(rows.entries.reduce((sum, { amount }) => sum + amount, 0n)).toBe(0n);
}

function required(command: Command | undefined): Command {
  if (!command) throw new Error('the batch has no such command');
  return command;
}
