import { EXPIRIES_PER_SWEEP_MAX, EXPIRY_GRACE_MS } from '@razao/shared/contract/limits.ts';
import { loadCommand } from '@razao/sql/load.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Books, openBooks } from '../../test/books.ts';
import { HOLD_SESSION_SETTINGS } from './hold-session.ts';

const HOLDS = 100_000;
const OPEN = 1_000;
const OVERDUE = 20;
const BUFFERS_MAX = 300;
const FIRST = ['-infinity', 0, '00000000-0000-0000-0000-000000000000'];

let books: Books;
beforeAll(async () => {
  books = await openBooks();
  await books.createLedger('big');
  await books.client.query('alter table holds set (autovacuum_enabled = false)');
  await books.client.query(
    `insert into holds (ledger_id, id, status, expires_at, amount, changed)
     select 1, gen_random_uuid(), case when n % ($1 / $2) = 0 then 'pending' else 'posted' end,
       now() + interval '1 minute' * (n - 1 - $3 * $1 / $2), 1, n
     from generate_series(1, $1::int) n`,
    [HOLDS, OPEN, OVERDUE],
  );
  await books.client.query(HOLD_SESSION_SETTINGS);
  await books.client.query('set default_transaction_read_only = off');
}, 60_000);
afterAll(() => books?.close());

test.each([
  ['before the table was ever analyzed', 'select 1'],
  ['when statistics are fresh', 'analyze holds'],
  ['when statistics know of open holds only, all overdue', lie('pending')],
  ['when statistics know of no open hold', lie('posted')],
])('those that are due are found by the index of expiry, %s', async (_, prepare) => {
  for (const statement of prepare.split(';')) await books.client.query(statement);
  const plan = await explain();
  const scans = nodes(plan).filter((node) => node['Relation Name'] === 'holds');
  expect(scans).toMatchObject([{ 'Node Type': 'Index Scan', 'Index Name': 'holds_by_expiry' }]);
  expect(scans[0]?.['Index Cond']).toMatch(/expires_at <= \(statement_timestamp\(\) - /);
  expect(nodes(plan).map((node) => node['Node Type'])).not.toContain('Sort');
  expect(plan['Actual Rows']).toBe(OVERDUE);
  expect(plan['Shared Hit Blocks'] + plan['Shared Read Blocks']).toBeLessThan(BUFFERS_MAX);
});

/** Statistics of a table that had `OPEN` holds of this status, all long overdue, when it was analyzed. */
function lie(status: string): string {
  return `create temp table kept as select * from holds; truncate holds;
    insert into holds (ledger_id, id, status, expires_at, amount, changed)
    select 1, gen_random_uuid(), '${status}', now() - interval '1 day', 1, n from generate_series(1, ${OPEN}) n;
    analyze holds; truncate holds; insert into holds select * from kept; drop table kept`;
}

type PlanNode = {
  'Node Type': string;
  'Relation Name'?: string;
  'Index Name'?: string;
  'Index Cond'?: string;
  'Actual Rows': number;
  'Shared Hit Blocks': number;
  'Shared Read Blocks': number;
  Plans?: PlanNode[];
};

async function explain(): Promise<PlanNode> {
  const rows = await books.rows<{ 'QUERY PLAN': { Plan: PlanNode }[] }>(
    `explain (analyze, buffers, format json) ${loadCommand('find_expired_holds').text}`,
    [...FIRST, EXPIRIES_PER_SWEEP_MAX, EXPIRY_GRACE_MS],
  );
  const plan = rows[0]?.['QUERY PLAN'][0]?.Plan;
  if (!plan) throw new Error('the statement has no plan');
  return plan;
}

function nodes(node: PlanNode): PlanNode[] {
  return [node, ...(node.Plans ?? []).flatMap(nodes)];
}
