import { setTimeout as delay } from 'node:timers/promises';
import type { Command } from '@razao/shared/contract/command.ts';
import { decodeRecord } from '@razao/shared/contract/status-record.ts';
import { readDeadLetters } from '@razao/shared/queue/dead-letters.ts';
import { resumeShard } from '@razao/shared/queue/stop-mark.ts';
import { deliveryAttemptsKey, recordKey } from '@razao/shared/runtime/keys.ts';
import { testUid, transfer } from '@razao/shared/test/commands.ts';
import { emptyRedis } from '@razao/shared/test/redis.ts';
import { runChecks } from '@razao/sql/check.ts';
import { until } from '@razao/stack/test/until.ts';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openWorkerBench, type WorkerBench } from '../../test/worker-bench.ts';

let bench: WorkerBench;
let ledger: number;
let ledgers = 0;

beforeAll(async () => {
  bench = await openWorkerBench();
});
afterAll(() => bench?.close());
beforeEach(async () => {
  ledgers += 1;
  ledger = await bench.createLedger(`book-${ledgers}`);
});
afterEach(async () => {
  await bench.stopWorkers();
  expect(await bench.redis.zcard(bench.queue.toKey('failed'))).toBe(0);
  expect(await runChecks(bench.client)).toEqual([]);
  await bench.client.query('alter table transactions drop constraint if exists refuses');
  await emptyRedis(bench.redis);
});

describe('invariant 4: a standby', () => {
  test('posts nothing while another holds the lock', async () => {
    const [first, second] = [await bench.startWorker(), await bench.startWorker()];
    await bench.enqueue([transfer(ledger, 'world>alice 1')]);
    await bench.untilDrained();
    const active = [
      await first.metric('razao_committer_active'),
      await second.metric('razao_committer_active'),
    ];
    const posted = [
      await first.metric('razao_posted_total'),
      await second.metric('razao_posted_total'),
    ];
    expect([active.sort(), posted.sort()]).toEqual([
      [0, 1],
      [0, 1],
    ]);
  });

  test('takes over when the sessions of the holder are ended again and again, and nothing overtakes', async () => {
    await bench.startWorker();
    await until('the first holds', async () => (await bench.sessions()).some((s) => s.holder));
    const firsts = (await bench.sessions()).map(({ pid }) => pid);
    const second = await bench.startWorker();
    await until('the second waits', async () => (await bench.sessions()).length === 2);
    const mine = (await bench.sessions()).find(({ pid }) => !firsts.includes(pid))?.pid;
    const commands: Command[] = [];
    const feeding = feed(commands, 150);
    await until('some are posted', async () => (await bench.fates(ledger)).length > 20);
    await until('the second holds', async () => {
      await bench.client.query(
        `select pg_terminate_backend(pid) from pg_stat_activity
         where application_name = 'razao committer 0' and datname = current_database() and pid <> $1`,
        [mine],
      );
      return (await second.metric('razao_committer_active')) === 1;
    });
    await feeding;
    await bench.untilDrained();
    expect(await second.metric('razao_posted_total')).toBeGreaterThan(0);
    expect(await bench.fates(ledger)).toEqual(commands.map(({ id }) => [id, 'posted']));
  });

  test('takes over when the holder stops in order, and nothing overtakes', async () => {
    const first = await bench.startWorker();
    await until('the first holds', async () => (await bench.sessions()).some((s) => s.holder));
    const second = await bench.startWorker();
    const commands: Command[] = [];
    const feeding = feed(commands, 100);
    await until('some are posted', async () => (await bench.fates(ledger)).length > 10);
    await first.stop();
    await feeding;
    await bench.untilDrained();
    expect(await second.metric('razao_posted_total')).toBeGreaterThan(0);
    expect(await bench.fates(ledger)).toEqual(commands.map(({ id }) => [id, 'posted']));
    expect(await bench.redis.exists(deliveryAttemptsKey(bench.keys))).toBe(0);
  });
});

test('commands of a ledger that the database lacks are set aside; their chunk-mates are posted', async () => {
  const worker = await bench.startWorker();
  const missing = 'never-created';
  const [first, strange, last] = [
    transfer(ledger, 'world>alice 1'),
    transfer(missing, 'world>alice 1'),
    transfer(ledger, 'alice>bob 1'),
  ];
  await bench.enqueue([first, strange, last], 'c-mixed');
  await bench.enqueue([transfer(missing, 'world>alice 1')], 'c-strange');
  await bench.untilDrained();
  expect(await bench.fates(ledger)).toEqual([
    [first.id, 'posted'],
    [last.id, 'posted'],
  ]);
  expect(await readDeadLetters(bench.redis, bench.keys)).toMatchObject([
    {
      id: 'c-mixed',
      reason: expect.stringContaining(String(missing)),
      data: { commands: [strange] },
    },
    { id: 'c-strange' },
  ]);
  expect(await worker.metric('razao_shard_stopped')).toBe(0);
});

describe('invariant 9: three commands that cannot be processed within a minute', () => {
  beforeEach(async () => {
    await bench.client.query(
      `alter table transactions add constraint refuses check (description is distinct from 'refuse me') not valid`,
    );
  });
  const bad = () => transfer(ledger, 'world>alice 1', { description: 'refuse me' });

  test('stop the shard: nothing more is posted, by no process, and the lock is kept', async () => {
    const [first, second] = [await bench.startWorker(), await bench.startWorker()];
    const refused = [bad(), bad(), bad()];
    for (const command of refused) await bench.enqueue([command]);
    const stopped = async () =>
      (await first.metric('razao_shard_stopped')) + (await second.metric('razao_shard_stopped'));
    await until('the shard is stopped', async () => (await stopped()) === 1);
    await bench.enqueue([transfer(ledger, 'world>alice 1')]);
    await delay(1_000);
    expect(await bench.fates(ledger)).toEqual(refused.map(({ id }) => [id, 'processing_failed']));
    expect((await bench.sessions()).filter(({ holder }) => holder)).toHaveLength(1);
    expect(await bench.redis.llen(bench.queue.toKey('wait'))).toBe(1);
  });

  test('are three and no more, although their chunk has hundreds of the kind', async () => {
    const worker = await bench.startWorker();
    const commands = Array.from({ length: 300 }, bad);
    await bench.enqueue(commands);
    await until('it is stopped', async () => (await worker.metric('razao_shard_stopped')) === 1);
    expect(await bench.fates(ledger)).toEqual(
      commands.slice(0, 3).map(({ id }) => [id, 'processing_failed']),
    );
    // Started again it is stopped still. A person mends the cause and lets it go on: the rest is posted.
    await bench.stopWorkers();
    const again = await bench.startWorker();
    await until('it is stopped', async () => (await again.metric('razao_shard_stopped')) === 1);
    expect(await bench.fates(ledger)).toHaveLength(3);
    await bench.client.query('alter table transactions drop constraint refuses');
    expect(await resumeShard(bench.redis, bench.keys)).toBe(true);
    await bench.untilDrained();
    expect(await again.metric('razao_shard_stopped')).toBe(0);
    const fates = await bench.fates(ledger);
    expect(fates.map(([id]) => id)).toEqual(commands.map(({ id }) => id));
    expect(fates.filter(([, fate]) => fate === 'posted')).toHaveLength(297);
  });

  test('publish what was committed of their chunk before, which stays in the queue for the rest', async () => {
    const worker = await bench.startWorker();
    const [first, rest] = [transfer(ledger, 'world>alice 1'), transfer(ledger, 'world>alice 1')];
    const commands = [first, bad(), bad(), bad(), bad(), rest];
    await bench.enqueue(commands);
    await until('it is stopped', async () => (await worker.metric('razao_shard_stopped')) === 1);
    const said = Object.entries(await cached()).map(([key, value]) => {
      const { status, rejection } = value as { status?: string; rejection?: { code: string } };
      return [key, rejection?.code ?? status ?? value];
    });
    expect(Object.fromEntries(said)).toMatchObject({
      [keyOf(first)]: 'posted',
      ...Object.fromEntries(commands.slice(1, 4).map((one) => [keyOf(one), 'processing_failed'])),
    });
    expect(await bench.fates(ledger)).toHaveLength(4);
    expect(await worker.metric('razao_posted_total')).toBe(1);
    expect(await worker.metric('razao_rejected_total')).toBe(3);
    expect(await bench.redis.llen(bench.queue.toKey('wait'))).toBe(1);
  });

  test('count an atomic bulk once, however many its members are', async () => {
    const worker = await bench.startWorker();
    const atomic = `${'A'.repeat(43)}=`;
    const bulk = Array.from({ length: 9 }, () => ({ ...bad(), atomic }));
    const good = transfer(ledger, 'world>alice 1');
    await bench.enqueue([...bulk, bad(), good]);
    await bench.untilDrained();
    const fates = (await bench.fates(ledger)).map(([, fate]) => fate);
    expect(fates).toEqual([...bulk.map(() => 'processing_failed'), 'processing_failed', 'posted']);
    expect(await worker.metric('razao_shard_stopped')).toBe(0);
  });

  test('but two do not', async () => {
    await bench.startWorker();
    const good = transfer(ledger, 'world>alice 1');
    const refused = [bad(), bad()];
    await bench.enqueue([...refused, good]);
    await bench.untilDrained();
    expect((await bench.fates(ledger)).at(-1)).toEqual([good.id, 'posted']);
  });
});

describe('a commit that takes too long', () => {
  afterEach(() => bench.client.query('drop function too_slow cascade'));

  test('is halved, and what of it is done is published while the rest is tried still', async () => {
    // As a statement that takes too long for many rows, or for a single one whatever happens.
    await bench.client.query(
      `create function too_slow() returns trigger language plpgsql as $$ begin
        if (select count(*) > 100 or bool_or(description = 'slow') from written) then
          raise query_canceled using message = 'canceling statement due to statement timeout';
        end if;
        return null;
      end $$;
      create trigger too_slow after insert on transactions referencing new table as written
        for each statement execute function too_slow()`,
    );
    const worker = await bench.startWorker();
    const commands = Array.from({ length: 400 }, (_, n) =>
      transfer(ledger, 'world>alice 1', n === 350 ? { description: 'slow' } : {}),
    );
    await bench.enqueue(commands);
    await until('all before it are told', async () => {
      const told = Object.values(await cached()) as { status?: string }[];
      return told.filter(({ status }) => status === 'posted').length === 350;
    });
    expect(await bench.fates(ledger)).toEqual(
      commands.slice(0, 350).map(({ id }) => [id, 'posted']),
    );
    await until('it is tried again', async () => {
      return (await worker.metric('razao_commit_retries_total')) > 12;
    });
    await bench.client.query('drop trigger too_slow on transactions');
    await bench.untilDrained();
    expect(await bench.fates(ledger)).toEqual(commands.map(({ id }) => [id, 'posted']));
    expect(await worker.metric('razao_posted_total')).toBe(400);
    expect(await worker.metric('razao_redelivered_total')).toBe(0);
  });
});

describe('a worker', () => {
  test('sets aside what it cannot decode and what is older than it, says why, and goes on', async () => {
    await bench.queue.add('chunk', { v: 1, commands: [] } as never, { jobId: 'old' });
    await bench.queue.add('chunk', { hello: 'world' } as never, { jobId: 'odd' });
    await bench.enqueue([transfer(ledger, 'world>alice 1')]);
    await bench.startWorker();
    await bench.untilDrained();
    expect(await bench.fates(ledger)).toHaveLength(1);
    expect(await readDeadLetters(bench.redis, bench.keys)).toMatchObject([
      { id: 'old', reason: 'is of version 1, and this process reads version 2' },
      { id: 'odd', reason: 'cannot be decoded' },
    ]);
  });

  test('invariant 2: publishes records and balances again when a chunk is delivered once more', async () => {
    const commands = [
      transfer(ledger, 'world>alice 9'),
      transfer(ledger, 'alice>bob 20'),
      transfer(ledger, 'alice>bob 4 + bob>carol 1'),
    ];
    const worker = await bench.startWorker();
    await bench.enqueue(commands);
    await bench.untilDrained();
    const published = await cached();
    expect(Object.keys(published).length).toBe(7);
    for (const key of Object.keys(published)) await bench.redis.del(key);
    await bench.enqueue(commands);
    await bench.untilDrained();
    expect(await cached()).toEqual(published);
    expect(await worker.metric('razao_posted_total')).toBe(2);
    expect(await worker.metric('razao_redelivered_total')).toBe(3);
    expect(await bench.fates(ledger)).toHaveLength(3);
  });

  test('joins what waits into few commits', async () => {
    for (let i = 0; i < 30; i++) await bench.enqueue([transfer(ledger, 'world>alice 1')]);
    await bench.startWorker();
    await bench.untilDrained();
    expect(await commits()).toBeLessThan(10);
  });
});

/** Chunks of a deposit and a withdrawal that only the deposit allows, in one chunk or in two. */
async function feed(commands: Command[], rounds: number): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    const pair = [transfer(ledger, 'world>alice 7'), transfer(ledger, 'alice>world 7')];
    commands.push(...pair);
    if (round % 2 === 0) await bench.enqueue(pair);
    else for (const command of pair) await bench.enqueue([command]);
    await delay(5);
  }
}

/** How many commits changed the ledger. */
async function commits(): Promise<number> {
  return (await bench.rows('select 1 from outbox where ledger_id = $1', [ledger])).length;
}

function keyOf({ ledgerUid, id }: Command): string {
  return recordKey(bench.keys, ledgerUid, id);
}

/** Every record and balance of the ledger in Redis. */
async function cached(): Promise<Record<string, unknown>> {
  const found: Record<string, unknown> = {};
  for (const key of await bench.redis.keys(`*:t:${testUid(ledger)}*`))
    found[key] = decodeRecord((await bench.redis.get(key)) ?? '');
  for (const key of await bench.redis.keys(`*:b:${testUid(ledger)}:*`))
    found[key] = await bench.redis.get(key);
  return found;
}
