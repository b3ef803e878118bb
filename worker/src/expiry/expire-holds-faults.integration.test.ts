import { QUEUE_COMMANDS_MAX } from '@razao/shared/contract/limits.ts';
import { shardOf } from '@razao/shared/runtime/shard.ts';
import { until } from '@razao/stack/test/until.ts';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type ExpiryBench, openExpiryBench } from '../../test/expiry-bench.ts';

// What stands in the way of holds that are due, each said once, and each gone by itself.
const STOP_MS_MAX = 1_000;
const AGAIN = 'holds expire again';

let bench: ExpiryBench;
let ledgers: number[];
beforeAll(async () => {
  bench = await openExpiryBench();
  ledgers = [];
  for (const shard of [0, 1]) ledgers.push(await bench.createLedger(ledgerOf(shard)));
});
afterAll(() => bench?.close());
afterEach(() => bench.clear());

test('nothing is added to a queue that is full, and the other shards go on', async () => {
  const backlog = `${bench.shards[0]?.tag}:chunks:backlog`;
  await bench.redis.hset(backlog, 'commands', QUEUE_COMMANDS_MAX);
  const sweeper = await bench.startSweeper();
  for (const ledger of ledgers) await bench.createHolds(ledger, [-1_000]);
  await until('the other shard has one', async () => (await bench.chunks(1)).length === 1);
  await until('it says so', () => sweeper.lines.length > 0);
  expect(await bench.chunks(0)).toEqual([]);
  await bench.redis.hincrby(backlog, 'commands', -1);
  await until('it is sent', async () => (await bench.chunks(0)).length === 1);
  await until('it says so', () => sweeper.lines.length === 2);
  expect(sweeper.lines).toEqual(['holds do not expire: the queue of shard 0 is full', AGAIN]);
});

test('nothing is added to a Redis of which too much is taken by what waits', async () => {
  const { redis } = bench;
  const [, limit = ''] = (await redis.config('GET', 'maxmemory')) as string[];
  const backlog = `${bench.shards[1]?.tag}:chunks:backlog`;
  await redis.hset(backlog, 'bytes', Math.round(Number(limit) * 0.71));
  const sweeper = await bench.startSweeper();
  await bench.createHolds(ledgers[0] ?? 0, [-1_000]);
  await until('it says so', () => sweeper.lines.length > 0);
  expect(await bench.chunks(0)).toEqual([]);
  await redis.hdel(backlog, 'bytes');
  await until('it is sent', async () => (await bench.chunks(0)).length === 1);
  await until('it says so', () => sweeper.lines.length === 2);
  expect(sweeper.lines).toEqual([
    'holds do not expire: what waits takes as much of the memory of Redis as may',
    AGAIN,
  ]);
});

test('the holds of another installation are not ended', async () => {
  await bench.createHolds(ledgers[0] ?? 0, [-1_000]);
  const rename = (id: string) =>
    bench.client.query(`update settings set value = $1 where name = 'installation'`, [id]);
  await rename('another');
  const sweeper = await bench.startSweeper();
  await until('it says so', () => sweeper.lines.length > 0);
  expect(await bench.chunks(0)).toEqual([]);
  await rename(bench.installation);
  await until('it is sent', async () => (await bench.chunks(0)).length === 1);
});

test('Redis that is down is waited for; the age of the oldest is known meanwhile', async () => {
  const sweeper = await bench.startSweeper();
  await until('it looks', async () => (await overdue(sweeper)) === 0);
  await bench.server.kill();
  await bench.createHolds(ledgers[0] ?? 0, [-1_000]);
  await until('its age rises', async () => ((await overdue(sweeper)) ?? 0) > 3);
  await bench.server.start();
  await until('it is sent', async () => (await bench.chunks(0)).length === 1);
  await until('it says so', () => sweeper.lines.length === 2);
  expect(sweeper.lines).toEqual(['holds do not expire: Redis cannot be used', AGAIN]);
});

test('Postgres that is down is waited for, and nobody knows of any hold meanwhile', async () => {
  const sweeper = await bench.startSweeper();
  await until('it looks', async () => (await overdue(sweeper)) === 0);
  await bench.postgres.cut();
  await bench.createHolds(ledgers[0] ?? 0, [-1_000]);
  await until('nothing is known', async () => (await overdue(sweeper)) === null);
  const attempts = new Promise((resolve) => setTimeout(resolve, 1_500));
  await attempts;
  await bench.postgres.mend();
  await until('it is sent', async () => (await bench.chunks(0)).length === 1);
  await until('it says so', () => sweeper.lines.length === 2);
  expect(sweeper.lines).toEqual([
    'holds do not expire: Postgres does not say which are due',
    AGAIN,
  ]);
});

test('a session that is ended by the server is opened again', async () => {
  const sweeper = await bench.startSweeper();
  await until('it looks', async () => (await overdue(sweeper)) === 0);
  await bench.client.query(
    `select pg_terminate_backend(pid) from pg_stat_activity
     where application_name = 'razao expiry' and datname = current_database()`,
  );
  await bench.createHolds(ledgers[0] ?? 0, [-1_000]);
  await until('it is sent', async () => (await bench.chunks(0)).length === 1);
});

test('it stops at once, also while Postgres is silent or Redis is stopped', async () => {
  for (const disturb of [
    { by: () => {}, mend: () => {} },
    { by: () => bench.postgres.silence(), mend: () => bench.postgres.resume() },
    { by: () => bench.server.kill('SIGSTOP'), mend: () => bench.server.kill('SIGCONT') },
  ]) {
    const sweeper = await bench.startSweeper();
    await until('it looks', async () => (await overdue(sweeper)) !== null);
    await disturb.by();
    await bench.createHolds(ledgers[0] ?? 0, [-1_000]);
    await new Promise((resolve) => setTimeout(resolve, 700));
    const at = performance.now();
    await sweeper.stop();
    expect(performance.now() - at).toBeLessThan(STOP_MS_MAX);
    await disturb.mend();
  }
});

type Sweeper = Awaited<ReturnType<ExpiryBench['startSweeper']>>;

function overdue(sweeper: Sweeper): Promise<number | null> {
  return sweeper.metric('razao_holds_overdue_seconds');
}

function ledgerOf(shard: number): string {
  const names = Array.from({ length: 20 }, (_, n) => `ledger-${n}`);
  return names.find((name) => shardOf(name, 2) === shard) ?? '';
}
