import type { Command } from '@razao/shared/contract/command.ts';
import {
  capture,
  expiry,
  hold,
  release,
  revert,
  testUid,
  transfer,
} from '@razao/shared/test/commands.ts';
import { runChecks } from '@razao/sql/check.ts';
import { loadCommand } from '@razao/sql/load.ts';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Books, openBooks, openSession } from '../../test/books.ts';
import type { LockSession } from '../leadership/lock-session.ts';
import { commitBatch } from './commit-batch.ts';

const RUNS = 25;
/** The instant in which the holds of `hold` are over. */
const TOO_LATE = '2026-11-25T13:00:00.123000Z';

let books: Books;
let session: LockSession;
let ledgers = 0;

beforeAll(async () => {
  books = await openBooks();
  session = await openSession(books.url);
});
afterAll(async () => {
  session?.destroy();
  await books?.close();
});

test('invariant 7: whatever is committed, in whatever batches, breaks no law', async () => {
  await fc.assert(
    fc.asyncProperty(batches(), async (drafts) => {
      const ledger = await openLedger();
      const known: Known = { holds: [], movers: [] };
      for (const batch of drafts)
        await commitBatch(
          session,
          batch.map((draft) => toCommand(ledger, draft, known)),
        );
      expect(await runChecks(books.client)).toEqual([]);
    }),
    { numRuns: RUNS },
  );
  // A law holds of anything where there is nothing that could break it.
  const rows = await books.rows<{ found: string }>(
    `select distinct concat(kind, ' ', status = 'rejected') as found from transactions
     union select distinct 'hold ' || status from holds
     union select 'captured in part' from holds where captured > 0 and captured < amount
     union select 'reverted in part' from reverted r join transactions t using (ledger_id, id)
       where r.amount < (t.postings -> 0 ->> 3)::numeric
     union select 'dated' from dated_entries`,
  );
  expect(rows).toHaveLength(6 * 2 + 4 + 3);
});

type Draft = {
  kind: Command['kind'];
  postings: string;
  pick: number;
  amount: string | null;
  flag: boolean;
  isLate: boolean;
  effectiveAt: string | null;
};

function batches(): fc.Arbitrary<Draft[][]> {
  const posting = fc
    .record({
      pair: fc.shuffledSubarray(['world', 'alice', 'bob', 'carol'], { minLength: 2, maxLength: 2 }),
      amount: fc.integer({ min: 1, max: 30 }),
      asset: fc.constantFrom('BRL/2', 'BRL/2', 'USD/3'),
    })
    .map(({ pair, amount, asset }) => `${pair.join('>')} ${amount} ${asset}`);
  const sometimes = (times: number) => fc.nat(times - 1).map((n) => n === 0);
  const kinds: Draft['kind'][] = [
    ...(['transfer', 'transfer', 'hold', 'hold', 'hold'] as const),
    ...(['capture', 'capture', 'capture', 'revert', 'revert'] as const),
  ];
  const draft = fc.record({
    kind: fc.oneof(
      { weight: 8, arbitrary: fc.constantFrom(...kinds) },
      { weight: 1, arbitrary: fc.constantFrom<Draft['kind'][]>('release', 'expiry') },
    ),
    postings: fc
      .oneof(
        fc.tuple(posting),
        fc.tuple(posting),
        fc.array(posting, { minLength: 2, maxLength: 3 }),
      )
      .map((parts) => parts.join(' + ')),
    pick: fc.nat(3),
    amount: fc.option(fc.integer({ min: 1, max: 12 }).map(String)),
    flag: fc.boolean(),
    isLate: sometimes(10),
    effectiveAt: fc.option(
      fc.constantFrom(
        '1969-12-31T23:59:59.999999Z',
        '2026-01-01T00:00:00.000001Z',
        '2999-12-31T23:59:59.999999Z',
      ),
    ),
  });
  const batch = fc.array(draft, { minLength: 1, maxLength: 12, size: 'max' });
  return fc.array(batch, { minLength: 1, maxLength: 12, size: 'max' });
}

/** Ids of what was committed so far: what holds, and what can be reverted. */
type Known = { holds: string[]; movers: string[] };

function toCommand(ledger: number, draft: Draft, known: Known): Command {
  const { kind, postings, pick, amount, flag, isLate, effectiveAt } = draft;
  const accepted = isLate ? { acceptedAt: TOO_LATE } : {};
  const dated = effectiveAt === null ? {} : { effectiveAt };
  const unknown = '00000000-0000-7000-8000-000000000001';
  const target = (among: string[]) => among.at(-1 - pick) ?? unknown;
  switch (kind) {
    case 'transfer':
      return note(known.movers, transfer(ledger, postings, { effectiveAt }));
    case 'hold':
      return note(known.holds, hold(ledger, postings, { effectiveAt }));
    case 'capture':
      return note(
        known.movers,
        capture(ledger, target(known.holds), { amount, final: flag, ...accepted, ...dated }),
      );
    case 'release':
      return release(ledger, target(known.holds), accepted);
    case 'expiry':
      return expiry(ledger, target(known.holds));
    case 'revert':
      return revert(ledger, target(known.movers), { amount, force: flag, ...dated });
  }
}

function note<C extends Command>(ids: string[], command: C): C {
  ids.push(command.id);
  return command;
}

/** Two accounts with limits of their own, and money enough that most of what is asked for succeeds. */
async function openLedger(): Promise<number> {
  ledgers += 1;
  const ledger = await books.createLedger(`random-${ledgers}`);
  const putAccount = (address: string, overdraft: string | null, max: string | null) => {
    const limits = [['BRL/2'], [overdraft], [max]];
    const { text } = loadCommand('put_account');
    return books.client.query(text, [testUid(ledger), address, 'none', {}, ...limits, null, null]);
  };
  await putAccount('bob', '30', null);
  await putAccount('carol', '0', '150');
  await commitBatch(session, [
    transfer(
      ledger,
      'world>alice 400 + world>bob 100 + world>alice 200 USD/3 + world>bob 200 USD/3',
    ),
  ]);
  return ledger;
}
