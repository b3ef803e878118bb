import type { Command } from '@razao/shared/contract/command.ts';
import { instantText } from '@razao/shared/contract/time.ts';
import { hold, transfer } from '@razao/shared/test/commands.ts';
import { runChecks } from '@razao/sql/check.ts';
import { until } from '@razao/stack/test/until.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openWorkerBench, type WorkerBench } from '../../test/worker-bench.ts';

const HOLDS = 12_000;
const CHUNK = 1_000;

let bench: WorkerBench;
beforeAll(async () => {
  bench = await openWorkerBench();
});
afterAll(async () => {
  await bench?.stopWorkers();
  await bench?.close();
});

test('holds that are due at the same instant all end, while a client that comes meanwhile is served', async () => {
  const ledger = await bench.createLedger('book');
  await bench.startWorker({ roles: ['committer', 'housekeeping'] });
  await bench.enqueue([transfer(ledger, `world>alice ${HOLDS}`)]);
  const dueAt = Date.now() + 6_000;
  const expiresAt = instantText(dueAt);
  for (let i = 0; i < HOLDS; i += CHUNK)
    await bench.enqueue(
      Array.from({ length: CHUNK }, () => hold(ledger, 'alice>bob 1', { expiresAt })),
    );
  await until('all are open', async () => (await holds()) === `${HOLDS} pending`, 30_000);
  await until('the first has ended', async () => (await holds())?.includes('expired'), 30_000);
  const late: Command = transfer(ledger, 'world>carol 1');
  await bench.enqueue([late]);
  await until('the client is served', async () => (await fateOf(late)) === 'posted', 30_000);
  await until('all have ended', async () => (await holds()) === `${HOLDS} expired`, 60_000);
  expect(
    await bench.rows(
      `select count(*)::int as expiries, count(distinct target)::int as holds from transactions
       where kind = 'expiry' and status = 'posted'`,
    ),
  ).toEqual([{ expiries: HOLDS, holds: HOLDS }]);
  expect(await runChecks(bench.client)).toEqual([]);
}, 120_000);

/** How many holds there are of each status: `3 pending, 2 expired`. */
async function holds(): Promise<string> {
  const rows = await bench.rows<{ text: string }>(
    `select string_agg(n || ' ' || status, ', ' order by status desc) as text
     from (select count(*) as n, status from holds group by status) k`,
  );
  return rows[0]?.text ?? '';
}

async function fateOf({ id }: Command): Promise<string | undefined> {
  return (
    await bench.rows<{ status: string }>('select status from transactions where id = $1', [id])
  )[0]?.status;
}
