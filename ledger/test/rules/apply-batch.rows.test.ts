import { sha256 } from '@razao/shared/runtime/sha256.ts';
import { describe, expect, test } from 'vitest';
import { chainHash } from '../../src/chain-hash.ts';
import { applyCase } from './case-language.ts';
import { GENESIS, LEDGER_IDS } from './case-words.ts';

describe('what a batch writes', () => {
  test('each entry carries the balance after it and the next version of its balance', () => {
    const { rows } = applyCase('alice 9', 'alice>bob 4; alice>bob 1 + bob>carol 5');
    expect(
      rows.entries.map((e) => [e.sequence, e.balanceId, e.version, e.amount, e.balanceAfter]),
    ).toEqual([
      [1, 1, 2, -4n, 5n],
      [1, 2, 1, 4n, 4n],
      [2, 1, 3, -1n, 4n],
      [2, 2, 2, 1n, 5n],
      [2, 2, 3, -5n, 0n],
      [2, 3, 1, 5n, 5n],
    ]);
  });

  test('new balances are numbered from the next of the ledger, and only when something is posted to them', () => {
    const { rows } = applyCase('alice 9', 'carol>dave 1; alice>bob 1; alice>carol 1');
    expect(rows.balances.map(({ after, isNew }) => [after.address, after.id, isNew])).toEqual([
      ['carol', 3, true],
      ['alice', 1, false],
      ['bob', 2, true],
    ]);
    expect(rows.ledgers.map(({ after }) => after.nextBalance)).toEqual([4]);
  });

  test('a balance that exists because its limits were set keeps its row and id', () => {
    const { rows } = applyCase('alice max 9', 'world>alice 1');
    const alice = rows.balances.find(({ after }) => after.address === 'alice');
    expect(alice).toMatchObject({
      versionBefore: 0,
      isNew: false,
      after: { id: 1, version: 1, maxBalance: 9n },
    });
    expect(rows.entries.find(({ amount }) => amount > 0n)).toMatchObject({
      balanceId: 1,
      version: 1,
    });
    expect(rows.ledgers.map(({ after }) => after.nextBalance)).toEqual([3]);
  });

  test('a balance keeps what is held and its limits', () => {
    const { rows } = applyCase('alice 9 held 2 overdraft 3 max 20', 'world>alice 1');
    const alice = rows.balances.find(({ after }) => after.address === 'alice')?.after;
    expect(alice).toMatchObject({ posted: 10n, held: 2n, overdraftLimit: 3n, maxBalance: 20n });
  });

  test('a new balance may not be overdrawn and has no maximum, but the outside has no lower limit', () => {
    const { rows } = applyCase('-', 'world>alice 1');
    expect(
      rows.balances.map(({ after }) => [after.address, after.overdraftLimit, after.maxBalance]),
    ).toEqual([
      ['world', null, null],
      ['alice', 0n, null],
    ]);
  });

  test('accounts that are used for the first time are created once, whatever their assets', () => {
    const { rows } = applyCase('alice known', 'world>alice 1; world>bob 1; world>bob 1 USD/2');
    expect(rows.accounts).toEqual(
      ['world', 'bob'].map((address) => ({ ledgerUid: 'ledger-00001', address })),
    );
  });

  test('a rejected transaction creates neither account nor balance, and still takes a sequence', () => {
    const { rows } = applyCase('-', 'alice>bob 1; world>carol 1; dave>erin 1');
    expect(rows.accounts.map(({ address }) => address)).toEqual(['world', 'carol']);
    expect(rows.balances.map(({ after }) => after.address)).toEqual(['world', 'carol']);
    expect(rows.transactions.map(({ outcome }) => outcome.sequence)).toEqual([1, 2, 3]);
    expect(rows.entries.map(({ sequence }) => sequence)).toEqual([2, 2]);
  });

  test('a batch of rejections alone still moves its ledger on', () => {
    const { rows } = applyCase('-', 'alice>bob 1; alice>bob 2');
    expect(rows.ledgers).toMatchObject([
      { firstSequence: 1, after: { nextSequence: 3, nextBalance: 1 }, addresses: [] },
    ]);
  });

  test('a replay takes no sequence, and a batch of replays writes nothing', () => {
    expect(
      sequences('world>alice 1; a: world>alice 1; world>alice 2; a: world>alice 3; world>alice 3'),
    ).toEqual([1, 2, 3]);
    const { rows } = applyCase('done a: world>alice 1', 'a: world>alice 1; a: world>alice 2');
    expect(rows).toEqual({
      ledgers: [],
      accounts: [],
      balances: [],
      transactions: [],
      entries: [],
      heldChanges: [],
      datedEntries: [],
      holds: [],
      reverted: [],
      assets: [],
    });
  });

  test('only ledgers with a new transaction are written, each with the addresses it touched', () => {
    const { rows } = applyCase(
      'alice known @strict',
      'world>alice 1 @strict; alice>bob 1; world>alice 2 @strict',
    );
    expect(
      rows.ledgers.map(({ after, firstSequence, addresses }) => [
        after.id,
        firstSequence,
        after.nextSequence,
        addresses,
      ]),
    ).toEqual([
      [LEDGER_IDS['book'], 1, 2, []],
      [LEDGER_IDS['strict'], 1, 3, ['world', 'alice']],
    ]);
  });

  test('the sequence goes on from that of the ledger', () => {
    const { rows } = applyCase('done a: world>alice 1', 'b: world>alice 1; c: world>alice 1');
    expect(rows.ledgers).toMatchObject([{ firstSequence: 2, after: { nextSequence: 4 } }]);
    expect(rows.transactions.map(({ outcome }) => outcome.sequence)).toEqual([2, 3]);
  });

  test("each transaction is linked to the one before, from the ledger's head to its new head", () => {
    const { rows } = applyCase(
      '-',
      'world>alice 1; bob>alice 1; !world>alice 2; world>alice 3 @other',
    );
    let head = GENESIS;
    for (const { command, outcome, hash } of rows.transactions.slice(0, 3)) {
      head = chainHash(sha256, head, command.id, outcome);
      expect(hash).toBe(head);
    }
    const [other] = rows.transactions.slice(3);
    expect(other?.hash).toBe(other && chainHash(sha256, GENESIS, other.command.id, other.outcome));
    expect(rows.ledgers.map(({ after }) => after.hash)).toEqual([head, other?.hash]);
  });

  test('only a command that could not be processed is stored bare', () => {
    const { rows } = applyCase('-', 'world>alice 1; !world>alice 2; bob>alice 3');
    expect(rows.transactions.map(({ bare }) => bare)).toEqual([false, true, false]);
  });
});

function sequences(batch: string): number[] {
  return applyCase('-', batch).rows.transactions.map(({ outcome }) => outcome.sequence);
}
