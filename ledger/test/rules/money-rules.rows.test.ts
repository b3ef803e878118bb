import { describe, expect, test } from 'vitest';
import type { BatchRows } from '../../src/rows.ts';
import { applyCase } from './case-language.ts';
import { idOf } from './command-language.ts';

describe('what a batch writes of holds', () => {
  test('a hold makes a change of what is held at each source, and no entry', () => {
    const { rows } = applyCase('alice 9', 'hold alice>bob 4 + alice>carol 5 + world>bob 1');
    expect(rows.entries).toEqual([]);
    expect(heldChanges(rows)).toEqual([
      [1, 1, 2, 4n, 4n],
      [1, 1, 3, 5n, 9n],
      [1, 2, 1, 1n, 1n],
    ]);
    expect(rows.balances.map(({ after, isNew }) => [after.address, after.version, isNew])).toEqual([
      ['alice', 3, false],
      ['world', 1, true],
    ]);
    expect(rows.accounts.map(({ address }) => address)).toEqual(['world']);
    expect(rows.ledgers.map(({ addresses }) => addresses)).toEqual([['alice', 'world']]);
  });

  test('a hold of this batch is new, one of before is not, each once and as it is at the end', () => {
    const { rows } = applyCase(
      'alice 9, open x: hold alice>bob 4',
      'hold alice>bob 5; capture a 1 keep; capture x 1 keep; capture a 1 keep; capture x 1',
    );
    const expiresAt = '2026-11-25T12:59:59.123000Z';
    expect(rows.holds).toEqual([
      {
        ...{ ledgerUid: 'ledger-00001', id: idOf('a'), expiresAt, changedBefore: null },
        ...{ status: 'pending', amount: 5n, captured: 2n, changed: 5 },
      },
      {
        ...{ ledgerUid: 'ledger-00001', id: idOf('x'), expiresAt, changedBefore: 1 },
        ...{ status: 'posted', amount: 4n, captured: 2n, changed: 6 },
      },
    ]);
  });

  test('an entry and a change of what is held that are one move share a version', () => {
    const { rows } = applyCase(
      'alice 9, open x: hold alice>bob 9',
      'capture x 4 keep; capture x 3',
    );
    expect(entries(rows)).toEqual([
      [2, 1, 2, -4n, 5n],
      [2, 2, 1, 4n, 4n],
      [3, 1, 3, -3n, 2n],
      [3, 2, 2, 3n, 7n],
    ]);
    expect(heldChanges(rows)).toEqual([
      [2, 1, 2, -4n, 5n],
      [3, 1, 3, -5n, 0n],
    ]);
  });

  test('a capture of several postings has a move for each', () => {
    const { rows } = applyCase('alice 9, open x: hold alice>bob 4 + alice>carol 5', 'capture x');
    expect(entries(rows).filter(([, balance]) => balance === 1)).toEqual([
      [2, 1, 2, -4n, 5n],
      [2, 1, 3, -5n, 0n],
    ]);
    expect(heldChanges(rows)).toEqual([
      [2, 1, 2, -4n, 5n],
      [2, 1, 3, -5n, 0n],
    ]);
  });

  test.each(['release', 'expire'])('after a %s nothing is held and nothing was entered', (verb) => {
    const { rows } = applyCase('alice 9, open x: hold alice>bob 4 + alice>carol 5', `${verb} x`);
    expect(rows.entries).toEqual([]);
    expect(heldChanges(rows)).toEqual([
      [2, 1, 2, -4n, 5n],
      [2, 1, 3, -5n, 0n],
    ]);
  });

  test('what a transaction moved, held or freed are its postings', () => {
    const { rows } = applyCase(
      'alice 9, open x: hold alice>bob 9, done y: bob>carol 5, carol 5',
      'capture x 4 keep; release x; revert y 2; hold alice>bob 3; revert a 1',
    );
    expect(postings(rows)).toEqual([
      ['alice>bob 4'],
      ['alice>bob 5'],
      ['carol>bob 2'],
      ['alice>bob 3'],
      ['bob>alice 1'],
    ]);
  });

  test('a revert has the postings swapped, the last first', () => {
    const { rows } = applyCase('bob 4, carol 5', 'bob>alice 4 + carol>bob 5; revert a');
    expect(postings(rows)[1]).toEqual(['bob>carol 5', 'alice>bob 4']);
    expect(entries(rows).slice(4)).toEqual([
      [2, 1, 4, -5n, 0n],
      [2, 2, 3, 5n, 5n],
      [2, 3, 2, -4n, 0n],
      [2, 1, 5, 4n, 4n],
    ]);
  });

  test('what was rejected keeps its own postings, and has none where it would have taken them from its target', () => {
    const { rows } = applyCase(
      'alice 9 frozen both, open x: hold alice>bob 9, done y: bob>alice 5',
      'alice>bob 1; hold alice>bob 1; capture x; release z; expire z; revert y',
    );
    expect(rows.transactions.map(({ outcome }) => outcome.status)).toEqual(
      Array(6).fill('rejected'),
    );
    expect(postings(rows)).toEqual([['alice>bob 1'], ['alice>bob 1'], [], [], [], []]);
    expect(rows.holds).toEqual([]);
    expect(rows.reverted).toEqual([]);
  });
});

describe('what a batch writes of reverts', () => {
  test('the whole amount that was reverted by its end, and the last that changed it', () => {
    const { rows } = applyCase(
      'alice 9, bob 9, done x: alice>bob 9 reverted 2',
      'alice>bob 5; revert x 3; revert a; revert x 4; revert x 9',
    );
    expect(rows.reverted).toEqual([
      { ledgerUid: 'ledger-00001', id: idOf('x'), amount: 9n, changed: 5 },
      { ledgerUid: 'ledger-00001', id: idOf('a'), amount: 5n, changed: 4 },
    ]);
  });

  test('no amount where the postings are of several assets', () => {
    const given = 'alice 9, bob 9 USD/2';
    const { rows } = applyCase(given, 'alice>bob 9 + bob>alice 9 USD/2; revert a');
    expect(rows.reverted).toEqual([
      { ledgerUid: 'ledger-00001', id: idOf('a'), amount: null, changed: 2 },
    ]);
  });
});

describe('what a batch writes of dates and scales', () => {
  test('both entries of a dated transfer are dated, at their versions', () => {
    const { rows } = applyCase('alice 9', 'alice>bob 4 on 2026-01-31; alice>bob 5');
    const place = {
      ledgerUid: 'ledger-00001',
      sequence: 1,
      effectiveAt: '2026-01-31T00:00:00.000000Z',
    };
    expect(rows.datedEntries).toEqual([
      { ...place, balanceId: 1, version: 2, amount: -4n },
      { ...place, balanceId: 2, version: 1, amount: 4n },
    ]);
  });

  test('what follows something of the past takes effect when it is posted', () => {
    const { rows } = applyCase(
      'alice 9, bob 9, open x: hold alice>bob 9 on 2026-01-31',
      'capture x; bob>alice 9 on 2026-01-31; revert a; revert b',
    );
    expect(rows.datedEntries.map(({ sequence }) => sequence)).toEqual([3, 3]);
  });

  test.each([
    ['stored', 'bob 9, done x: alice>bob 9 on 2026-12-24', 'revert x'],
    ['of the batch', 'alice 9', 'x: alice>bob 9 on 2026-12-24; revert x'],
    ['a hold', 'alice 9, open x: hold alice>bob 9 on 2026-12-24', 'capture x'],
    ['a capture', 'alice 9, open y: hold alice>bob 9', 'x: capture y on 2026-12-24; revert x'],
  ])('what follows something of the future takes effect with it: %s', (_, given, commands) => {
    const { rows } = applyCase(given, commands);
    const last = rows.transactions.at(-1);
    expect(last?.effectiveAt).toBe('2026-12-24T00:00:00.000000Z');
    const { sequence } = last?.outcome ?? {};
    const own = rows.datedEntries.filter((entry) => entry.sequence === sequence);
    expect(own.map(({ effectiveAt }) => effectiveAt)).toEqual([
      last?.effectiveAt,
      last?.effectiveAt,
    ]);
  });

  test('a capture or a revert takes effect when it says, and where it is rejected, says so still', () => {
    const { rows } = applyCase(
      'alice 9, bob 9, open x: hold alice>bob 9, done y: alice>bob 4',
      'capture x on 2026-12-24; revert y on 2026-12-24; revert y on 2026-12-24',
    );
    const effect = '2026-12-24T00:00:00.000000Z';
    expect(rows.transactions.map(({ effectiveAt }) => effectiveAt)).toEqual([
      effect,
      effect,
      effect,
    ]);
    expect(rows.datedEntries.map(({ sequence }) => sequence)).toEqual([3, 3, 4, 4]);
  });

  test('what is rejected, or could not be processed, dates nothing', () => {
    expect(applyCase('-', 'alice>bob 4 on 2026-01-31').rows.datedEntries).toEqual([]);
    expect(applyCase('-', '!alice>bob 4 on 2026-01-31').rows.datedEntries).toEqual([]);
  });

  test('a code that is used for the first time is written once, with the scale that was posted or held', () => {
    const { rows } = applyCase(
      'scale EUR/2',
      'alice>bob 1 BRL/2; world>bob 1 BRL/3; world>bob 1 BRL/2; hold world>bob 1 USD/0; world>bob 1 EUR/2; world>bob 1 BRL/3',
    );
    expect(rows.assets).toEqual([
      { ledgerUid: 'ledger-00001', code: 'BRL', scale: '3' },
      { ledgerUid: 'ledger-00001', code: 'USD', scale: '0' },
    ]);
  });

  test('one transaction may bring several codes, each once', () => {
    const { rows } = applyCase('-', 'world>bob 1 + world>bob 1 USD/2 + world>carol 1');
    expect(rows.assets.map(({ code }) => code)).toEqual(['BRL', 'USD']);
  });
});

describe('what a batch writes of a bulk that failed', () => {
  const BULK =
    '{world>carol 1 EUR/2 on 2026-01-31; hold world>dave 1 USD/2; capture x 4; revert y 2; capture b; alice>bob 99}';

  test('ids, versions, scales, dates, holds and reverted amounts are given back', () => {
    const given = 'alice 9, bob 9, open x: hold alice>bob 9, done y: alice>bob 5';
    const failed = applyCase(given, `${BULK}; world>erin 1`).rows;
    expect(failed.balances.map(({ after: row }) => [row.address, row.id, row.version])).toEqual([
      ['world', 3, 1],
      ['erin', 4, 1],
    ]);
    expect(failed.ledgers.map(({ after: row }) => [row.nextSequence, row.nextBalance])).toEqual([
      [10, 5],
    ]);
    expect(failed.accounts.map(({ address }) => address)).toEqual(['world', 'erin']);
    expect(entries(failed).map(([sequence]) => sequence)).toEqual([9, 9]);
    expect([failed.heldChanges, failed.datedEntries, failed.holds, failed.reverted]).toEqual([
      [],
      [],
      [],
      [],
    ]);
    expect(failed.assets).toEqual([]);
  });

  test('its members are stored in their order, each with a sequence and a link of its own', () => {
    const { rows } = applyCase('-', `world>alice 1; {world>alice 1; bob>carol 1; world>alice 2}`);
    expect(rows.transactions.map(({ outcome }) => outcome.sequence)).toEqual([1, 2, 3, 4]);
    expect(rows.transactions.map(({ outcome }) => outcome.rejection?.code)).toEqual([
      undefined,
      'dependency_failed',
      'insufficient_funds',
      'dependency_failed',
    ]);
    expect(new Set(rows.transactions.map(({ hash }) => hash)).size).toBe(4);
    expect(postings(rows).slice(1)).toEqual([
      ['world>alice 1'],
      ['bob>carol 1'],
      ['world>alice 2'],
    ]);
  });

  test('what it did before in the batch stays', () => {
    const { rows } = applyCase(
      'alice 9',
      'hold alice>bob 9; capture a 4 keep; {capture a 1; revert b; dave>bob 1}; capture a 2 keep',
    );
    expect(rows.holds).toMatchObject([{ captured: 6n, status: 'pending', changed: 6 }]);
    expect(rows.balances.map(({ after }) => [after.posted, after.held, after.version])).toEqual([
      [3n, 3n, 4],
      [6n, 0n, 2],
    ]);
    expect(rows.reverted).toEqual([]);
  });
});

function entries(rows: BatchRows) {
  return rows.entries.map((row) => {
    const { sequence, balanceId, version, amount, balanceAfter } = row;
    return [sequence, balanceId, version, amount, balanceAfter];
  });
}

function heldChanges(rows: BatchRows) {
  return rows.heldChanges.map((row) => {
    const { sequence, balanceId, version, amount, heldAfter } = row;
    return [sequence, balanceId, version, amount, heldAfter];
  });
}

function postings(rows: BatchRows): string[][] {
  return rows.transactions.map((row) =>
    row.postings.map(({ source, destination, amount }) => `${source}>${destination} ${amount}`),
  );
}
