import type { Posting } from '@razao/shared/contract/command.ts';
import { expect, test } from 'vitest';
import { createRandom } from '../random.ts';
import { createChain } from './chains.ts';
import { createDoomed } from './doomed.ts';
import type { Draft, Generator } from './draft.ts';
import { createExpiring } from './expiring.ts';
import { createNames } from './keys.ts';
import { createMoney } from './money.ts';
import { createTransfers } from './transfers.ts';

const many = Array.from({ length: 2_000 });
const names = createNames('l', 'c', 0);

test('a chain takes out what it has put in, each time', () => {
  const chain = createChain('c', createRandom(1), names);
  for (const _ of many.slice(0, 50)) {
    const [inward] = postingsOf(chain.next());
    const [outward] = postingsOf(chain.next());
    expect([inward?.source, inward?.destination, inward?.amount]).toEqual([
      outward?.destination,
      outward?.source,
      outward?.amount,
    ]);
  }
});

test('transfers know their outcome: applied as foretold, no account ever falls below zero', () => {
  const transfers = createTransfers('c', createRandom(2), names);
  const balances = new Map<string, number>();
  const add = (account: string, amount: number) =>
    balances.set(account, (balances.get(account) ?? 0) + amount);
  let rejected = 0;
  for (const _ of many) {
    const draft = transfers.next();
    const before = new Map(balances);
    for (const { source, destination, amount } of postingsOf(draft)) {
      add(source, -Number(amount));
      add(destination, Number(amount));
    }
    const sound = [...balances].every(([account, held]) => account === 'world' || held >= 0);
    expect(draft.commands[0]?.expected).toEqual([sound ? 'posted' : 'insufficient_funds']);
    if (!sound) {
      rejected += 1;
      for (const [account] of balances) balances.set(account, before.get(account) ?? 0);
    }
  }
  expect(rejected / many.length).toBeGreaterThan(0.05);
  expect(rejected / many.length).toBeLessThan(0.5);
});

test('doomed commands have every reason, alone and after a posting that is fine', () => {
  const doomed = createDoomed(createRandom(3), names);
  const drafts = many.map(() => doomed.next());
  expect(outcomesOf(drafts)).toEqual(
    new Set(['insufficient_funds', 'balance_limit_exceeded', 'account_frozen']),
  );
  expect(new Set(drafts.map((draft) => postingsOf(draft).length))).toEqual(new Set([1, 2]));
});

test('money meets every outcome that needs no settings, alone and in bulks of either kind', () => {
  const drafts = all(createMoney('c', createRandom(4), names));
  expect([...outcomesOf(drafts)].sort()).toEqual([
    'already_reverted',
    'condition_failed',
    'dependency_failed',
    'effective_before_target',
    'held',
    'hold_amount_exceeded',
    'hold_not_open',
    'insufficient_funds',
    'posted',
    'revert_amount_exceeded',
    'target_unknown',
  ]);
  const done = drafts.flatMap(({ commands }) => commands).filter(({ expected }) => fine(expected));
  expect(done.length / drafts.flatMap(({ commands }) => commands).length).toBeGreaterThan(0.4);
  const bulks = drafts.filter(({ path }) => path === '/bulk');
  for (const atomic of [true, false]) {
    const mixed = bulks.filter((one) => one.atomic === atomic).map(({ commands }) => commands);
    const halves = mixed.filter(
      (commands) => new Set(commands.map(({ expected }) => fine(expected))).size === 2,
    );
    expect(mixed.length).toBeGreaterThan(50);
    expect(halves.length > 0).toBe(!atomic);
  }
});

test('in the end money leaves no hold open, and expiring holds are ended at most once but for the clock', () => {
  const open = new Map<string, number>();
  for (const { commands } of all(createMoney('c', createRandom(5), names))) {
    for (const { id, expected, act } of commands) {
      if (expected[0] === 'held') open.set(id, 1);
      if (act && act.becomes !== 'pending') expect(open.delete(act.hold)).toBe(true);
    }
  }
  expect(open.size).toBe(0);
  const acts = all(createExpiring('c', createRandom(6), names)).flatMap(({ commands }) =>
    commands.filter(({ act }) => act),
  );
  expect(acts.length).toBeGreaterThan(100);
  expect(new Set(acts.map(({ expected }) => expected.join()))).toEqual(
    new Set(['posted,hold_not_open']),
  );
  const ends = Map.groupBy(acts, ({ act }) => act?.hold);
  expect(new Set([...ends.values()].map(({ length }) => length))).toEqual(new Set([1, 2, 3]));
});

function all(generator: Generator): Draft[] {
  const drafts = many.map(() => generator.next());
  for (let last = generator.rest?.(); last; last = generator.rest?.()) drafts.push(last);
  return drafts;
}

function fine([outcome]: readonly string[]): boolean {
  return outcome === 'posted' || outcome === 'held';
}

function outcomesOf(drafts: readonly Draft[]): Set<string> {
  return new Set(drafts.flatMap(({ commands }) => commands.flatMap(({ expected }) => expected)));
}

function postingsOf({ body }: Draft): Posting[] {
  return (body as { postings: Posting[] }).postings;
}
