import { setTimeout as delay } from 'node:timers/promises';
import { readKeys } from '@razao/shared/runtime/bond.ts';
import { attemptsKey, orphaningsKey } from '@razao/shared/runtime/keys.ts';
import { shardOf } from '@razao/shared/runtime/shard.ts';
import { transfer } from '@razao/shared/testing/commands.cases.ts';
import type { Stack } from '@razao/stack/stack-options.ts';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { note } from './support/figures.ts';
import { holdLedger } from './support/held-ledger.ts';
import { call } from './support/http.ts';
import { createKillSwitch } from './support/kill-switch.ts';
import { SHARDS } from './support/lock-holder.ts';
import { openWorld, type World, withRedis, withSql } from './support/open-world.ts';
import { until } from './support/poll.ts';
import { chain, chunkOf, enqueue, nameOnShard } from './support/raw-chunks.ts';
import { chunks, type Fate, fates, ledgerUidOf } from './support/stores.ts';
import { drained, lawsHold } from './support/verify.ts';

// Only a death that is proven counts against what a process had in hand, and only against what nobody else could have caused.

describe('a poison in one shard', () => {
  const switches = createKillSwitch('suspects');
  let world: World;
  beforeAll(async () => {
    world = await openWorld('suspects', {
      supervise: true,
      timing: { backoffMaxMs: 100, probeIntervalMs: 200, silentMs: 1_500 },
      env: switches.env,
    });
  });
  afterAll(async () => {
    await world?.close();
    switches.remove();
  });
  afterEach(() => switches.disarm('before-apply'));

  test.each([
    ['kills', 'always', 1],
    ['kills', 'always', 2],
    ['kills', 'always', 3],
    ['spins', 'spin', 1],
    ['spins', 'spin', 2],
    ['spins', 'spin', 3],
  ])(
    'that %s the process (%s, round %d): no innocent of another shard is condemned with it',
    async (name, how, round) => {
      const { stack } = world;
      const bad = await create(stack, `${name}-${round}-bad`, 0);
      const good = await Promise.all([
        create(stack, `${name}-${round}-good`, 1),
        create(stack, `${name}-${round}-alone`, 2),
      ]);
      const culprit = transfer(bad.id, 'world>poison 1');
      const innocents = good.map(({ id }, i) => chain(id, 'innocent', i === 0 ? 20 : 1));
      const [worker] = stack.workers;
      await worker?.stop();
      switches.arm('before-apply', `${how} ${culprit.id}`);
      await enqueue(stack, bad.ledger, chunkOf([culprit]));
      for (const [i, commands] of innocents.entries())
        await enqueue(stack, good[i]?.ledger ?? '', chunkOf(commands));
      const at = performance.now();
      await worker?.start().catch(() => {});
      await drained(stack, 120_000);
      note(`a poison that ${name} in one of four shards is rejected`, performance.now() - at);
      expect(await fates(stack, bad.ledger)).toEqual([[culprit.id, 'processing_failed']]);
      for (const [i, commands] of innocents.entries())
        expect(await fates(stack, good[i]?.ledger ?? '')).toEqual(posted(commands));
      expect(await evidence(stack)).toEqual({});
      await worker?.start();
      await lawsHold(stack);
    },
  );
});

describe('without a death', () => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld('no-death', { workers: 2 });
  });
  afterAll(() => world?.close());

  test('six orderly restarts with a commit stuck condemn nobody, and make nobody suspect', async () => {
    const { stack } = world;
    const [worker, other] = stack.workers;
    if (!worker || !other) throw new Error('the stack has two workers');
    await other.stop();
    const { ledger, id } = await create(stack, 'stuck', 1);
    const bulk = chain(id, 'bulk', 20);
    const late = chain(id, 'late', 20);
    const { release } = await holdLedger(stack, ledger);
    await enqueue(stack, ledger, chunkOf(bulk));
    for (const command of late) await enqueue(stack, ledger, chunkOf([command]));
    for (let restart = 1; restart <= 6; restart++) {
      await until('a commit is stuck', () => committerWaits(stack));
      const at = performance.now();
      await worker.kill('SIGTERM');
      note('a worker with a commit stuck stopped', performance.now() - at);
      expect(worker.lastEnd).toBe('code 0');
      const { active, waiting } = await chunks(stack, ledger);
      expect([active.length, waiting.length], 'all are back in the queue').toEqual([0, 21]);
      await worker.start();
    }
    expect(await evidence(stack)).toEqual({});
    await release();
    await drained(stack);
    expect(await fates(stack, ledger)).toEqual(posted([...bulk, ...late]));
    expect(await commits(stack, ledger)).toBeLessThan(5);
    await other.start();
    await lawsHold(stack);
  });

  test.each([2, 10])('%d ended sessions make nobody suspect', async (times) => {
    const { stack } = world;
    const { ledger, id } = await create(stack, `ended-${times}`, 2);
    const { release } = await holdLedger(stack, ledger);
    const bulks = ['a', 'b', 'c', 'd'].map((name) => chain(id, name, 500));
    for (const bulk of bulks) await enqueue(stack, ledger, chunkOf(bulk));
    for (let time = 0; time < times; time++) {
      await until('a commit is stuck', () => committerWaits(stack));
      await withSql(stack, (client) =>
        client.query(`select pg_terminate_backend(pid) from pg_stat_activity
          where application_name like 'razao committer%' and wait_event_type = 'Lock'`),
      );
      await delay(1_000);
    }
    await until('a commit is stuck', () => committerWaits(stack));
    await release();
    await drained(stack);
    expect(await fates(stack, ledger)).toEqual(posted(bulks.flat()));
    expect(await commits(stack, ledger)).toBeLessThan(5);
    expect(await evidence(stack)).toEqual({});
  });

  test('a worker that was stopped for 8 s and goes on has not died', async () => {
    const { stack } = world;
    const { ledger, id } = await create(stack, 'paused', 3);
    const { release } = await holdLedger(stack, ledger);
    const command = transfer(id, 'world>a 1');
    await enqueue(stack, ledger, chunkOf([command]));
    for (const worker of [...stack.workers, ...stack.workers]) {
      await until('a commit is stuck', () => committerWaits(stack));
      await worker.kill('SIGSTOP');
      await delay(8_000);
      await worker.kill('SIGCONT');
    }
    // Each beats again, and is found to live.
    await until('no death is counted', async () => Object.keys(await evidence(stack)).length === 0);
    await release();
    await drained(stack);
    expect(await fates(stack, ledger)).toEqual(posted([command]));
  });
});

async function create(stack: Stack, name: string, shard: number) {
  const ledger = nameOnShard(name, shard);
  const { status } = await call(`${stack.apiUrls[0]}/v1/ledgers/${ledger}`, 'PUT', {});
  expect(status).toBe(201);
  expect(shardOf(ledger, SHARDS)).toBe(shard);
  return { ledger, id: await ledgerUidOf(stack, ledger) };
}

function posted(commands: readonly { id: string }[]): Fate[] {
  return commands.map(({ id }) => [id, 'posted']);
}

/** What is held against chunks and commands of any shard. */
async function evidence(stack: Stack): Promise<Record<string, unknown>> {
  return await withRedis(stack, async (redis) => {
    const found: Record<string, unknown> = {};
    for (const keys of await readKeys(redis, SHARDS)) {
      for (const key of [orphaningsKey(keys), attemptsKey(keys)])
        if (await redis.exists(key)) found[key] = await redis.hgetall(key);
    }
    return found;
  });
}

async function committerWaits(stack: Stack): Promise<boolean> {
  const { rowCount } = await withSql(stack, (client) =>
    client.query(`select from pg_stat_activity
      where application_name like 'razao committer%' and wait_event_type = 'Lock'`),
  );
  return rowCount === 1;
}

/** How many commits changed the ledger. */
async function commits(stack: Stack, ledger: string): Promise<number> {
  const { rowCount } = await withSql(stack, (client) =>
    client.query('select from outbox o join ledgers l on l.id = o.ledger_id where l.name = $1', [
      ledger,
    ]),
  );
  return rowCount ?? 0;
}
