import type { Command } from '@razao/shared/contract/command.ts';
import { capture, hold, revert, transfer } from '@razao/shared/test/commands.ts';
import type { Statement } from '@razao/sql/load.ts';
import { analyzeSmallLedgers, fillLedger } from '@razao/sql/test/books.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Books, openBooks, openSession } from '../../test/books.ts';
import type { LockSession } from '../leadership/lock-session.ts';
import { commitBatch } from './commit-batch.ts';

const COMMANDS = 200;
const USERS = 1_000;
const SMALL_LEDGERS = 20_000;
const ROUNDS = 15;
const SLOWER_MAX = 3;

/** The columns by which a commit must find the rows of a table that can be big: anything less is a search. */
const KEYS: Record<string, string[]> = {
  accounts: ['ledger_id', 'address'],
  balances: ['ledger_id', 'address', 'asset'],
  transactions: ['ledger_id', 'id'],
  holds: ['ledger_id', 'id'],
  reverted: ['ledger_id', 'id'],
  assets: ['ledger_id', 'code'],
  dated_entries: ['ledger_id', 'balance_id'],
};

/**
 * Declares the tests of a commit's plans: into a ledger created a moment ago in a database that is otherwise empty, and into
 * one that has `transactions` of them.
 */
export function testPlans(transactions: number): void {
  let fresh: { books: Books; session: LockSession };
  let big: { books: Books; session: LockSession };

  beforeAll(async () => {
    fresh = await open();
    await fresh.books.createLedger('fresh');
    big = await open();
    await analyzeSmallLedgers(big.books.client, SMALL_LEDGERS);
    await fillLedger(big.books.client, { transactions, accounts: USERS });
  }, 300_000);
  afterAll(async () => {
    for (const each of [fresh, big]) {
      each?.session.destroy();
      await each?.books.close();
    }
  });

  test('a commit into a ledger of a moment ago reads by indexes only', async () => {
    const scans = await explainCommit(fresh.session);
    expect(scans.map(({ table }) => table)).toEqual(expect.arrayContaining(Object.keys(KEYS)));
    for (const scan of scans) expect.soft(scan).toMatchObject({ kind: INDEX_SCAN });
  });

  test.each([
    ['when statistics know small ledgers only', 'select 1'],
    ['when statistics are fresh', 'analyze'],
  ])('a commit into a big ledger finds every row by its whole key, %s', async (_, prepare) => {
    await big.books.client.query(prepare);
    for (const scan of await explainCommit(big.session)) {
      expect.soft(scan).toMatchObject({ kind: INDEX_SCAN, unused: [] });
    }
  });

  test(`a commit into the big ledger takes at most ${SLOWER_MAX} times as long`, async () => {
    const times = { fresh: [] as number[], big: [] as number[] };
    for (let round = 0; round < ROUNDS; round++) {
      times.fresh.push(await timeCommit(fresh.session, round));
      times.big.push(await timeCommit(big.session, round));
    }
    expect(median(times.big)).toBeLessThan(SLOWER_MAX * median(times.fresh));
  });
}

const INDEX_SCAN = expect.stringMatching(/^Index (Only )?Scan$/);

async function open() {
  const books = await openBooks();
  return { books, session: await openSession(books.url) };
}

type Scan = { statement: string; table: string; kind: string; unused: string[] };

/** Commits, and then explains each statement again with the same parameters on the same session: how each table is read. */
async function explainCommit(session: LockSession): Promise<Scan[]> {
  const asked = record(session);
  const holds = Array.from({ length: COMMANDS }, (_, i) => hold(1, `world>users:${i} 1`));
  const moves = batch(0);
  await commitBatch(session, [...moves, ...holds]);
  // Balances and holds exist now: the second commit updates them too.
  await commitBatch(session, [...batch(1), ...acting(holds, moves)]);
  asked.stop();
  const scans: Scan[] = [];
  for (const { statement, values } of asked.statements) {
    const { rows } = await session.query<{ 'QUERY PLAN': { Plan: PlanNode }[] }>(
      `explain (format json) ${statement.text}`,
      values,
    );
    for (const node of scansOf(rows[0]?.['QUERY PLAN'][0]?.Plan)) {
      const table = String(node['Relation Name']);
      const unused = (KEYS[table] ?? []).filter((key) => !names(node['Index Cond'], key));
      scans.push({ statement: statement.name, table, kind: node['Node Type'], unused });
    }
  }
  return scans;
}

/** Captures what is held, and reverts what has one posting. */
function acting(holds: readonly Command[], moves: readonly Command[]): Command[] {
  const [first] = moves;
  return [
    ...holds.map(({ id }) => capture(1, id)),
    ...(first
      ? [
          revert(1, first.id),
          transfer(1, 'world>users:1 1', {
            dependsOn: first.id,
            effectiveAt: '2020-01-02T03:04:05.000000Z',
          }),
        ]
      : []),
  ];
}

function batch(round: number) {
  return Array.from({ length: COMMANDS }, (_, i) =>
    transfer(1, `world>users:${(round * 7 + i * 3) % USERS} 100 + users:${i}>users:${i + 1} 1`),
  );
}

async function timeCommit(session: LockSession, round: number): Promise<number> {
  const commands = batch(round);
  const startedAt = performance.now();
  await commitBatch(session, commands);
  return performance.now() - startedAt;
}

type PlanNode = {
  'Node Type': string;
  'Relation Name'?: string;
  'Index Cond'?: string;
  Plans?: PlanNode[];
};

/** The nodes of a plan that read a table. */
function scansOf(node: PlanNode | undefined): PlanNode[] {
  if (!node) throw new Error('a statement has no plan');
  const below = node.Plans?.flatMap(scansOf) ?? [];
  return node['Relation Name'] && node['Node Type'] !== 'ModifyTable' ? [node, ...below] : below;
}

function names(condition: string | undefined, column: string): boolean {
  return new RegExp(`[( ]${column} = `).test(condition ?? '');
}

/** Notes what a session is asked until `stop`. */
function record(session: LockSession) {
  const statements: { statement: Statement; values: unknown[] }[] = [];
  const query = session.query;
  session.query = (statement, values = []) => {
    if (typeof statement !== 'string') statements.push({ statement, values });
    return query.call(session, statement, values) as never;
  };
  return {
    statements,
    stop() {
      session.query = query;
    },
  };
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
}
