import { expect, test } from 'vitest';
import { createProblems } from '../../verify/create-problems.ts';
import type { MixCommand, Moving } from '../command.ts';
import { fakeMoving, fakePosting } from '../fake-moving.ts';
import { createModel } from '../model/create-model.ts';
import { type AcceptedCommands, enterAccepted } from './accepted.ts';
import { compareEnd } from './compare-end.ts';
import { fakeRow } from './fake-history.ts';
import type { HistoryRow } from './read-history.ts';
import { replay } from './replay.ts';

const ONE = fakeMoving({ id: '1', postings: [fakePosting('world', 'a', 150n)] });
const TWO = fakeMoving({ id: '2' });
const POOR = fakeMoving({ id: '3' });
const HOLD = fakeMoving({
  id: '4',
  kind: 'hold',
  expiresIn: 5,
  postings: [fakePosting('a', 'b', 9n)],
});

/** Everything as it must be: a deposit, a transfer, one that is rejected, and a hold that expires. */
function rightHistory(): HistoryRow[] {
  const due = '2026-11-26T10:00:05.000000Z';
  const hold = { hold_expires_at: due, hold_captured: '0', hold_remaining: '0' };
  return [
    fakeRow(ONE, 1),
    fakeRow(TWO, 2),
    fakeRow(POOR, 3, { status: 'rejected', code: 'insufficient_funds' }),
    fakeRow(HOLD, 4, { status: 'expired', version: '5', ...hold }),
    fakeRow({ ...HOLD, id: '5' }, 5, { kind: 'expiry', target: '4', accepted_at: due }),
  ];
}

const RIGHT_BALANCES = [
  { address: 'world', asset: 'BRL/2', posted: '-150', held: '0' },
  { address: 'a', asset: 'BRL/2', posted: '50', held: '0' },
  { address: 'b', asset: 'BRL/2', posted: '100', held: '0' },
];

function verify(history: HistoryRow[], balances = RIGHT_BALANCES, commands: MixCommand[] = []) {
  const accepted: AcceptedCommands = new Map();
  for (const command of [ONE, TWO, POOR, HOLD, ...commands]) {
    const about = { client: 0, shape: 'single', invalidAt: null, again: false } as const;
    enterAccepted(accepted, { ...about, commands: [command] });
  }
  const problems = createProblems();
  const model = createModel(new Map());
  replay(history, accepted, model, problems);
  compareEnd(history, balances, model, problems);
  return problems.lines();
}

test('everything as it must be has no problem', () => {
  expect(verify(rightHistory())).toEqual([]);
});

test.each<[string, number, Partial<HistoryRow>, string]>([
  [
    'another outcome',
    2,
    { status: 'posted', code: null },
    'with the wrong outcome (1): transfer 3',
  ],
  ['another code', 2, { code: 'target_unknown' }, 'with the wrong outcome (1): transfer 3'],
  ['another status', 1, { status: 'rejected' }, 'with another status (1): transfer 2'],
  ['other postings', 1, { postings: [] }, 'with another postings (1): transfer 2'],
  ['another kind', 1, { kind: 'hold' }, 'with another kind (1): hold 2'],
  ['another date', 1, { effective_at: '2020' }, 'with another effective_at (1): transfer 2'],
  ['another version', 3, { version: '4' }, 'with another version (1): hold 4'],
  ['another time', 3, { hold_expires_at: '2020' }, 'with another hold_expires_at (1): hold 4'],
  ['something left', 3, { hold_remaining: '9' }, 'with another hold_remaining (1): hold 4'],
  ['reverted', 1, { reverted_amount: '1' }, 'with another reverted_amount (1): transfer 2'],
  ['early', 4, { accepted_at: '2026-11-26T10:00:04.999999Z' }, 'before their time (1): 5 of 4'],
  ['a stranger', 1, { id: '9' }, 'that were never accepted (1): 9 transfer'],
  ['twice', 1, { id: '1' }, 'that are there twice (1): 1'],
])('%s is noticed', (_name, at, about, line) => {
  const history = rightHistory().map((row, index) => (index === at ? { ...row, ...about } : row));
  expect(verify(history).join('\n')).toContain(line);
});

test('what is missing is noticed', () => {
  expect(verify(rightHistory().slice(1)).join('\n')).toContain('that are missing (1): 1');
});

test('a client that was overtaken by itself is noticed', () => {
  const [one, two, ...others] = rightHistory() as [HistoryRow, HistoryRow, ...HistoryRow[]];
  expect(verify([two, one, ...others]).join('\n')).toContain('overtaken by themselves (1): 1');
});

test.each([
  [{ posted: '51' }, 'balances that differ (1): a BRL/2 has 51'],
  [{ held: '9' }, 'still held (1): 9 of a BRL/2'],
  [{ address: 'c' }, 'balances that should not be (1): c BRL/2'],
])('a balance with %j is noticed', (about, line) => {
  const balances = RIGHT_BALANCES.map((row) => (row.address === 'a' ? { ...row, ...about } : row));
  expect(verify(rightHistory(), balances).join('\n')).toContain(line);
});

test('an atomic bulk that something stands within is noticed', () => {
  const member = (id: string): Moving => fakeMoving({ id, postings: [fakePosting('a', 'c', 1n)] });
  const members = [member('6'), member('7')];
  const accepted: AcceptedCommands = new Map();
  const about = { invalidAt: null, again: false } as const;
  enterAccepted(accepted, { ...about, client: 0, shape: 'single', commands: [ONE] });
  enterAccepted(accepted, { ...about, client: 0, shape: 'atomic', commands: members });
  enterAccepted(accepted, { ...about, client: 1, shape: 'single', commands: [TWO] });
  const lines = (order: Moving[]) => {
    const problems = createProblems();
    const history = order.map((command, index) => fakeRow(command, index + 1));
    replay(history, accepted, createModel(new Map()), problems);
    return problems.lines();
  };
  const [six, seven] = members as [Moving, Moving];
  expect(lines([ONE, six, seven, TWO])).toEqual([]);
  expect(lines([ONE, six, TWO, seven]).join()).toContain('not together');
});
