import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { writeBond } from '@razao/shared/runtime/bond.ts';
import { BOND_KEY, recordKey } from '@razao/shared/runtime/keys.ts';
import { testUid, transfer } from '@razao/shared/test/commands.ts';
import { emptyRedis } from '@razao/shared/test/redis.ts';
import { until } from '@razao/stack/test/until.ts';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { openWorkerBench, type WorkerBench } from '../../test/worker-bench.ts';

// Each command is a process, as an operator starts it: on a busy machine it takes its time.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

let bench: WorkerBench;
let ledger: number;
let names = 0;

beforeAll(async () => {
  bench = await openWorkerBench();
});
afterEach(async () => {
  await bench.stopWorkers();
  await run('adopt').catch(() => {});
  await emptyRedis(bench.redis);
});
afterAll(() => bench.close());

async function newLedger(): Promise<number> {
  names += 1;
  ledger = await bench.createLedger(`book-${names}`);
  return ledger;
}

/** Runs the command as an operator does. */
async function run(...args: string[]): Promise<string> {
  const program = join(import.meta.dirname, '../installation-tool.ts');
  const env = { DATABASE_URL: bench.url, REDIS_URL: bench.server.url, PATH: process.env['PATH'] };
  return (await promisify(execFile)(process.execPath, [program, ...args], { env })).stdout;
}

/** As if it had been lost with a failover: the number is what is looked at, by whoever takes the lock next. */
async function loseLastCommit(ledger: number): Promise<void> {
  await bench.client.query('update ledgers set next_sequence = next_sequence - 1 where id = $1', [
    ledger,
  ]);
  await bench.client.query(
    `select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'razao %' and datname = current_database()`,
  );
}

async function renameInstallation(id: string): Promise<void> {
  await bench.client.query(`update settings set value = $1 where name = 'installation'`, [id]);
}

type Readiness = {
  ready: boolean;
  dependencies: { installation: { ok: boolean; fault?: string } };
};

async function untilItSays(worker: { readiness(): Promise<unknown> }, fault: RegExp) {
  await until(`it says ${fault}`, async () => {
    const { ready, dependencies } = (await worker.readiness()) as Readiness;
    return !ready && fault.test(dependencies.installation.fault ?? '');
  });
}

async function untilReady(worker: { readiness(): Promise<unknown> }): Promise<void> {
  await until('it is ready', async () => ((await worker.readiness()) as Readiness).ready);
}

test('Postgres and Redis find each other once, and are told apart from all others afterwards', async () => {
  const worker = await bench.startWorker();
  await untilReady(worker);
  const line = String(await bench.redis.get(BOND_KEY));
  expect(line.split(' ')[0]).toBe(bench.installation);
  expect(await run()).toContain('They belong together.');
});

test('a Redis that was emptied takes nothing until an operator has decided, and says so', async () => {
  const worker = await bench.startWorker();
  await untilReady(worker);
  await bench.redis.flushall();
  await untilItSays(worker, /this Redis is another one or was emptied/);
  await newLedger();
  await bench.enqueue([transfer(ledger, 'world>alice 1')]);
  expect(await run()).toContain('They do not belong together.');
  expect(await bench.fates(ledger)).toEqual([]);
  expect(await run('adopt')).toMatch(/1 commands wait and will be posted/);
  await bench.untilDrained();
  expect(await bench.fates(ledger)).toHaveLength(1);
  await untilReady(worker);
});

test('a Redis of another installation is refused, and is not taken while something waits in it', async () => {
  await emptyRedis(bench.redis);
  const other = { installation: 'another', redis: 'one' };
  await writeBond(bench.redis, other, 1);
  await bench.redis.lpush('{razao:another:0}:chunks:wait', 'c-1');
  const worker = await bench.startWorker();
  await untilItSays(worker, /Redis belongs to installation another, the database is of/);
  expect(await run()).toContain('of another: 1 chunks wait');
  await expect(run('adopt')).rejects.toThrow(/1 chunks wait .* they were accepted/);
  await expect(run('drop', bench.installation)).rejects.toThrow(/it is not dropped/);
  expect(await run('drop', 'another')).toMatch(/3 keys of another were deleted/);
  await run('adopt');
  await untilReady(worker);
});

test('a bond that vanishes alone is written again by what stands beside the queue', async () => {
  const worker = await bench.startWorker();
  await untilReady(worker);
  const line = await bench.redis.get(BOND_KEY);
  await bench.redis.del(BOND_KEY);
  await until('it is there again', async () => (await bench.redis.get(BOND_KEY)) === line);
});

test('a database that is bound to another Redis meanwhile gets no commit from this one', async () => {
  await newLedger();
  const worker = await bench.startWorker();
  await untilReady(worker);
  await until('it holds', async () => (await worker.metric('razao_committer_active')) === 1);
  await bench.client.query(`update settings set value = 'elsewhere' where name = 'redis'`);
  await bench.enqueue([transfer(ledger, 'world>alice 1')]);
  await until('it gave up', async () => (await worker.metric('razao_committer_active')) === 0);
  expect(await bench.fates(ledger)).toEqual([]);
  await run('adopt');
  await bench.untilDrained();
  expect(await bench.fates(ledger)).toHaveLength(1);
});

test('a database of another installation under the same URL gets no commit, and it is said', async () => {
  await newLedger();
  const worker = await bench.startWorker();
  await untilReady(worker);
  await renameInstallation('another');
  await bench.enqueue([transfer(ledger, 'world>alice 1')]);
  await untilItSays(worker, /for installation \w+, the database is of installation another/);
  expect(await bench.fates(ledger)).toEqual([]);
  await renameInstallation(bench.installation);
  await bench.untilDrained();
  await untilReady(worker);
  expect(await bench.fates(ledger)).toHaveLength(1);
});

test('a database at an older position than Redis has seen posted halts everything, and adopting it posts what waits', async () => {
  await newLedger();
  const worker = await bench.startWorker();
  const posted = transfer(ledger, 'world>alice 1');
  await bench.enqueue([posted, transfer(ledger, 'world>alice 2')]);
  await bench.untilDrained();
  const before = await run();
  await loseLastCommit(ledger);
  const waits = transfer(ledger, 'world>alice 4');
  await bench.enqueue([waits]);
  await untilItSays(
    worker,
    /the database is older than what was posted: ledger \S+ was at 2 and is at 1/,
  );
  expect(await run()).toContain('Halted');
  await until('it waits', async () => (await bench.redis.llen(bench.queue.toKey('wait'))) === 1);
  // As far as this ledger is concerned, the loss is accepted.
  expect(await run('adopt')).toMatch(/\d+ records and balances were forgotten, 1 commands wait/);
  expect(await bench.redis.exists(recordKey(bench.keys, testUid(ledger), posted.id))).toBe(0);
  expect(await bench.redis.exists(recordKey(bench.keys, testUid(ledger), waits.id))).toBe(1);
  await untilReady(worker);
  // Neither a copy of the one from before nor the one from before itself is taken for the one that was adopted.
  const [was, is] = [before, await run()].map((text) => /works with Redis (\w+)/.exec(text)?.[1]);
  expect(is).not.toBe(was);
  await bench.client.query('update ledgers set next_sequence = 3 where id = $1', [ledger]);
  await bench.untilDrained();
  expect((await bench.fates(ledger)).map(([id]) => id)).toContain(waits.id);
});

test('a database that was put right after it was too old goes on as it was, and nothing is forgotten', async () => {
  await newLedger();
  const worker = await bench.startWorker();
  const posted = transfer(ledger, 'world>alice 1');
  await bench.enqueue([posted]);
  await bench.untilDrained();
  await loseLastCommit(ledger);
  await untilItSays(worker, /the database is older than what was posted/);
  await bench.client.query('update ledgers set next_sequence = 2 where id = $1', [ledger]);
  expect(await run('adopt')).toContain('has everything that was posted: nothing was forgotten');
  expect(await bench.redis.exists(recordKey(bench.keys, testUid(ledger), posted.id))).toBe(1);
  await untilReady(worker);
});

test('commands of a ledger that has the number of another are set aside, not posted into its books', async () => {
  await newLedger();
  const lost = {
    ...transfer(ledger, 'world>alice 1000000'),
    ledgerUid: 'of-a-ledger-that-was-lost',
  };
  await bench.enqueue([lost], 'c-lost');
  await bench.startWorker();
  await bench.untilDrained();
  expect(await bench.fates(ledger)).toEqual([]);
});
