import type { Command } from '@razao/shared/contract/command.ts';
import { REJECTIONS } from '@razao/shared/contract/rejections.ts';
import { describe, expect, test } from 'vitest';
import { CASES } from './apply-batch.cases.ts';
import { applyBatch } from './apply-batch.ts';
import {
  amountText,
  applyCase,
  LEDGER_IDS,
  listOf,
  POSTED_AT,
  parseCommands,
  parseState,
} from './case-language.cases.ts';
import type { BalanceRow, BatchRows, CommandResult } from './rows.ts';
import { type BatchState, transactionKey } from './state.ts';

describe('the rules of the ledger, a row for each case', () => {
  test.each(CASES)('$reason', ({ given, commands, outcomes, balances }) => {
    const { state, results, rows } = applyCase(given, commands);
    expect(results.map(resultText).join('; ') || '-').toBe(outcomes);
    expect(rows.balances.map(balanceText).toSorted()).toEqual(listOf(balances, ',').toSorted());
    expectLaws(state, rows);
  });

  test.each(Object.keys(REJECTIONS))('the table has a row for %s', (code) => {
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
    expect(new Set(CASES.map(({ reason }) => reason)).size).toBe(CASES.length);
  });
});

describe('what a batch answers', () => {
  test("an outcome carries the command's facts and the instant of the commit", () => {
    const { commands, results } = applyCase('-', 'world>alice 1; alice>bob 2');
    const [posted, rejected] = results;
    const { fingerprint, acceptedAt } = required(commands[0]);
    expect(posted?.outcome).toEqual({
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
    const stored = state.transactions.get(transactionKey(1, required(commands[0]).id));
    expect(results).toEqual([
      { outcome: stored, replay: true, conflict: false },
      { outcome: stored, replay: true, conflict: true },
    ]);
  });

  test('a command that could not be processed is not even read', () => {
    const { commands, unprocessable } = parseCommands('!world>alice 1');
    const broken = {
      ...required(commands[0]),
      postings: [{ source: '', destination: '', asset: '', amount: 'x' }],
    };
    expect(() => applyBatch(parseState('-'), [broken])).toThrow(SyntaxError);
    const { results } = applyBatch(parseState('-'), [broken], unprocessable);
    expect(results.map(resultText)).toEqual(['processing_failed']);
  });

  test('a ledger that the batch did not read is a bug', () => {
    const { commands } = parseCommands('world>alice 1');
    expect(() => applyBatch({ ...parseState('-'), ledgers: new Map() }, commands)).toThrow(
      'did not read ledger 1',
    );
  });

  test('the same batch gives the same rows and answers again', () => {
    const batch = ['alice 9', 'alice>bob 4; world>alice 5; a: alice>bob 4; carol>bob 1'] as const;
    expect(applyCase(...batch)).toEqual(applyCase(...batch));
  });
});

/** What must hold of every batch. */
function expectLaws(state: BatchState, rows: BatchRows): void {
  for (const { after, firstSequence } of rows.ledgers) {
    const taken = rows.transactions.filter(({ command }) => command.ledgerId === after.id);
    expect(taken.map(({ outcome }) => outcome.sequence)).toEqual(
      taken.map((_, index) => firstSequence + index),
    );
    expect(after.nextSequence).toBe(firstSequence + taken.length);
    expect(taken.at(-1)?.hash).toBe(after.hash);
  }
  expect(rows.ledgers.map(({ after }) => after.id)).toEqual(
    [...state.ledgers.keys()].filter((id) =>
      rows.transactions.some(({ command }) => command.ledgerId === id),
    ),
  );
  for (const { after, versionBefore } of rows.balances) {
    const own = rows.entries.filter(
      ({ ledgerId, balanceId }) => ledgerId === after.ledgerId && balanceId === after.id,
    );
    expect(own.map(({ version }) => version)).toEqual(
      own.map((_, index) => versionBefore + 1 + index),
    );
    expect(own.at(-1)).toMatchObject({ version: after.version, balanceAfter: after.posted });
  }
  expect(rows.entries.reduce((sum, { amount }) => sum + amount, 0n)).toBe(0n);
}

function resultText({ outcome, replay, conflict }: CommandResult): string {
  const { code, account, asset, available, required: wanted } = outcome.rejection ?? {};
  return [
    conflict ? 'conflict' : replay ? 'replay' : '',
    code ?? outcome.status,
    account,
    available && `${available}/${wanted}`,
    asset === 'BRL/2' ? '' : asset,
  ]
    .filter(Boolean)
    .join(' ');
}

function balanceText({ after }: BalanceRow): string {
  const ledger = Object.keys(LEDGER_IDS).find((name) => LEDGER_IDS[name] === after.ledgerId);
  const words = [
    after.address,
    amountText(after.posted),
    after.asset === 'BRL/2' ? '' : after.asset,
  ];
  return [...words, ledger === 'book' ? '' : `@${ledger}`].filter(Boolean).join(' ');
}

function required(command: Command | undefined): Command {
  if (!command) throw new Error('the batch has no such command');
  return command;
}
