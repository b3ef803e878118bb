import { setTimeout as delay } from 'node:timers/promises';
import { readKeys } from '@razao/shared/runtime/bond.ts';
import { attemptsKey, deliveryAttemptsKey, ownerKey } from '@razao/shared/runtime/keys.ts';
import { shardOf } from '@razao/shared/runtime/shard.ts';
import { transfer } from '@razao/shared/test/commands.ts';
import type { Stack } from '@razao/stack/stack-options.ts';
import { until } from '@razao/stack/test/until.ts';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { note } from './support/figures.ts';
import { holdLedger } from './support/held-ledger.ts';
import { call, transfer as move } from './support/http.ts';
import { createKillSwitch } from './support/kill-switch.ts';
import { SHARDS } from './support/lock-holder.ts';
import { openWorld, type World, withRedis, withSql } from './support/open-world.ts';
import { chain, chunkOf, enqueue, nameOnShard } from './support/raw-chunks.ts';
import { chunks, type Fate, fates, ledgerUidOf, shardKeysOf } from './support/stores.ts';
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
    ['kills', 'always'],
    ['kills again', 'always'],
    ['spins in', 'spin'],
  ])(
    'that %s the process (%s): no innocent of another shard is condemned with it',
    async (name, how) => {
      const { stack } = world;
      const prefix = name.replaceAll(' ', '-');
      const bad = await create(stack, `${prefix}-bad`, 0);
      // A single command, a few, and many.
      const innocents = await Promise.all(
        [1, 20, 200].map(async (length, i) => {
          const { ledger, id } = await create(stack, `${prefix}-good`, i + 1);
          return { ledger, commands: chain(id, 'innocent', length) };
        }),
      );
      const culprit = transfer(bad.id, 'world>poison 1');
      const [worker] = stack.workers;
      await worker?.stop();
      switches.arm('before-apply', `${how} ${culprit.id}`);
      await enqueue(stack, bad.ledger, chunkOf([culprit]));
      for (const { ledger, commands } of innocents) await enqueue(stack, ledger, chunkOf(commands));
      const at = performance.now();
      // It may be dead before it has answered.
      await worker?.start().catch(() => {});
      await drained(stack, 120_000);
      note(`a poison that ${name} the process is rejected`, performance.now() - at);
      expect(await fates(stack, bad.ledger)).toEqual([[culprit.id, 'processing_failed']]);
      for (const { ledger, commands } of innocents)
        expect(await fates(stack, ledger)).toEqual(posted(commands));
      expect(await evidence(stack)).toEqual({});
      await worker?.start();
      await lawsHold(stack);
    },
  );
});

describe('without a death', () => {
  let world: World;
  let held: Awaited<ReturnType<typeof holdLedger>> | undefined;
  beforeAll(async () => {
    world = await openWorld('no-death', { workers: 2 });
  });
  afterAll(() => world?.close());
  afterEach(async () => {
    await held?.release();
    held = undefined;
    for (const worker of world.stack.workers) {
      await worker.kill('SIGCONT');
      await worker.start();
    }
    await drained(world.stack);
    await lawsHold(world.stack);
  });

  test('six orderly restarts with a commit stuck condemn nobody, and make nobody suspect', async () => {
    const { stack } = world;
    const [worker, other] = stack.workers;
    if (!worker || !other) throw new Error('the stack has two workers');
    await other.stop();
    const { ledger, id } = await create(stack, 'stuck', 1);
    const bulk = chain(id, 'bulk', 20);
    const late = chain(id, 'late', 20);
    held = await holdLedger(stack, ledger);
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
    await held.release();
    await drained(stack);
    expect(await fates(stack, ledger)).toEqual(posted([...bulk, ...late]));
    expect(await commits(stack, ledger)).toBeLessThan(5);
  });

  test.each([2, 10])('%d ended sessions make nobody suspect', async (times) => {
    const { stack } = world;
    const { ledger, id } = await create(stack, `ended-${times}`, 2);
    held = await holdLedger(stack, ledger);
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
    await held.release();
    await drained(stack);
    expect(await fates(stack, ledger)).toEqual(posted(bulks.flat()));
    expect(await commits(stack, ledger)).toBeLessThan(5);
    expect(await evidence(stack)).toEqual({});
  });

  test('a worker that was stopped for 8 s and goes on has not died', async () => {
    const { stack } = world;
    const { ledger, id } = await create(stack, 'paused', 3);
    held = await holdLedger(stack, ledger);
    const command = transfer(id, 'world>a 1');
    await enqueue(stack, ledger, chunkOf([command]));
    for (const worker of stack.workers) {
      await until('a commit is stuck', () => committerWaits(stack));
      await worker.kill('SIGSTOP');
      await delay(8_000);
      await worker.kill('SIGCONT');
    }
    // Each beats again, and is found to live.
    await until('no death is counted', async () => Object.keys(await evidence(stack)).length === 0);
    await held.release();
    await drained(stack);
    expect(await fates(stack, ledger)).toEqual(posted([command]));
  });
});

test('a suspect chunk whose ledger somebody holds keeps no other shard waiting for long', async () => {
  const world = await openWorld('suspect-held');
  try {
    const { stack } = world;
    const [bad, good] = [await create(stack, 'held', 0), await create(stack, 'free', 1)];
    const suspects = chain(bad.id, 'suspect', 10);
    const [worker] = stack.workers;
    await worker?.stop();
    const held = await holdLedger(stack, bad.ledger);
    const chunk = await enqueue(stack, bad.ledger, chunkOf(suspects));
    const keys = await shardKeysOf(stack, bad.ledger);
    await withRedis(stack, async (redis) => {
      for (const owner of ['one', 'another']) {
        await redis.set(ownerKey(keys.installation, owner), 1);
        await redis.hset(deliveryAttemptsKey(keys), `${owner} ${chunk}`, 2);
      }
    });
    await worker?.start();
    await until('it is tried', async () => attemptsKey(keys) in (await evidence(stack)));
    const url = `${stack.apiUrls[0]}/v1/ledgers/${good.ledger}/transactions`;
    const at = performance.now();
    for (let n = 0; n < 10; n++) {
      const { status } = await call(url, 'POST', move('world', 'a', 1), {
        'Idempotency-Key': `key-${n}`,
        Prefer: 'wait=10',
      });
      expect(status).toBe(201);
    }
    note('ten writes beside a suspect chunk that waits', performance.now() - at);
    expect(await fates(stack, bad.ledger)).toEqual([]);
    await held.release();
    await drained(stack);
    expect(await fates(stack, bad.ledger)).toEqual(posted(suspects));
    expect(await evidence(stack)).toEqual({});
  } finally {
    await world.close();
  }
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
      for (const key of [deliveryAttemptsKey(keys), attemptsKey(keys)])
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
