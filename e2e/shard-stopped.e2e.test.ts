import { shardOf } from '@razao/shared/runtime/shard.ts';
import { until } from '@razao/stack/test/until.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { call, transfer } from './support/http.ts';
import { lockHolder, SHARDS } from './support/lock-holder.ts';
import { openWorld, type World, withSql } from './support/open-world.ts';
import { during } from './support/outage.ts';
import { runQueueTool } from './support/queue-tool.ts';
import { outcomes, untilPostedAgain } from './support/scene.ts';
import { fates } from './support/stores.ts';
import { startTraffic } from './support/traffic.ts';
import { promisesKept } from './support/verify.ts';
import { followWorkerLogs, sumMetric } from './support/worker-logs.ts';

const LEDGER = 'stopped';
/** Of ten commands these cannot be processed; the fourth is one more than may be rejected. */
const BAD = [2, 4, 6, 8];
const REJECTED = [2, 4, 6];
const STANDBY_WAITS_MS = 2_500;
const STILL_MS = 1_000;

let world: World;
beforeAll(async () => {
  world = await openWorld('shard-stopped', { workers: 2 });
});
afterAll(() => world?.close());

test('invariant 9: three commands that cannot be processed stop their shard and no other; no other process goes on, and what waited is posted in order once a person says so', async () => {
  const { stack } = world;
  const api = `${stack.apiUrls[0]}/v1/ledgers`;
  const shard = shardOf(LEDGER, SHARDS);
  const elsewhere = ['a', 'b', 'c', 'd', 'e'].find((name) => shardOf(name, SHARDS) !== shard) ?? '';
  for (const ledger of [LEDGER, elsewhere]) await call(`${api}/${ledger}`, 'PUT', {});
  await withSql(stack, (client) =>
    client.query(
      `alter table transactions add constraint refuses check (description is distinct from 'bad') not valid`,
    ),
  );
  const logged = followWorkerLogs(
    'shard-stopped',
    stack.workers.map(({ name }) => name),
  );
  const fatal = () => logged().filter(({ level }) => level === 'fatal');
  const stopped = (workers: typeof stack.workers) =>
    sumMetric(workers, 'razao_shard_stopped', `shard="${shard}"`);
  const running = () => stack.workers.filter(({ pid }) => pid !== null);
  /** Whoever holds the lock now leaves the shard alone as well. */
  async function stillStopped(): Promise<void> {
    await during(STILL_MS, async () => expect(await outcomes(stack, LEDGER)).toBe(posted));
    await until('a process says so', async () => (await stopped(running())) === 1);
    expect(await outcomes(stack, LEDGER)).toBe(posted);
  }
  const traffic = startTraffic(stack, elsewhere, 4);

  const ids: string[] = [];
  for (let n = 0; n < 10; n++) {
    const body = { ...transfer('world', 'a', 1), description: BAD.includes(n) ? 'bad' : 'good' };
    const answer = await call(`${api}/${LEDGER}/transactions`, 'POST', body, {
      'Idempotency-Key': `key-${n}`,
    });
    expect(answer.status).toBe(202);
    ids.push(String(answer.body['id']));
  }
  await until('the shard is stopped', async () => (await stopped(stack.workers)) === 1);
  const holder = await lockHolder(stack, LEDGER);
  expect(await stopped([holder])).toBe(1);
  await until('the log says so', () => fatal().length > 0);
  expect(fatal()).toMatchObject([{ shard, msg: expect.stringContaining('the shard is stopped') }]);

  const posted = await outcomes(stack, LEDGER);
  await Promise.all([
    during(STANDBY_WAITS_MS, async () => {
      expect(await outcomes(stack, LEDGER)).toBe(posted);
      expect((await lockHolder(stack, LEDGER)).name).toBe(holder.name);
    }),
    untilPostedAgain(stack, elsewhere, STANDBY_WAITS_MS),
  ]);
  const promised = await traffic.finish();
  const before = new Map(await fates(stack, LEDGER));
  const fatesOf = (numbers: readonly number[]) => numbers.map((n) => before.get(ids[n] ?? ''));
  expect(fatesOf(REJECTED)).toEqual(REJECTED.map(() => 'processing_failed'));
  expect(fatesOf([8, 9])).toEqual([undefined, undefined]);
  const waiting = await call(`${api}/${LEDGER}/transactions/${ids[8]}`, 'GET');
  expect(waiting.body['status']).toBe('queued');

  await withSql(stack, (client) =>
    client.query(
      'select pg_terminate_backend(pid) from pg_stat_activity where application_name = $1',
      [`razao committer ${shard}`],
    ),
  );
  await stillStopped();
  await (await lockHolder(stack, LEDGER)).kill('SIGTERM');
  await stillStopped();

  await withSql(stack, (client) =>
    client.query('alter table transactions drop constraint refuses'),
  );
  expect(await runQueueTool(stack)).toContain('stopped since');
  await runQueueTool(stack, 'resume', String(shard));
  await promisesKept(stack, LEDGER, [{ client: 0, ids }], { rejectedElsewhere: 3 });
  expect(await fates(stack, LEDGER)).toEqual(
    ids.map((id, n) => [id, REJECTED.includes(n) ? 'processing_failed' : 'posted']),
  );
  expect(await stopped(running())).toBe(0);
  expect(traffic.strange()).toEqual([]);
  await promisesKept(stack, elsewhere, promised);
});
