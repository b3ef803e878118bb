import type { Command, TransferCommand } from '@razao/shared/contract/command.ts';
import { deadLettersKey } from '@razao/shared/runtime/keys.ts';
import { transfer } from '@razao/shared/test/commands.ts';
import { until } from '@razao/stack/test/until.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { note } from './support/figures.ts';
import { call } from './support/http.ts';
import { createKillSwitch } from './support/kill-switch.ts';
import { known, send } from './support/known-commands.ts';
import { openWorld, type World, withRedis, withSql } from './support/open-world.ts';
import { runQueueTool } from './support/queue-tool.ts';
import { around, chain, chunkOf, enqueue, nameOnShard } from './support/raw-chunks.ts';
import { chunks, type Fate, fates, ledgerUidOf, shardKeysOf } from './support/stores.ts';
import { startTraffic } from './support/traffic.ts';
import { drained, lawsHold, promisesKept } from './support/verify.ts';

const SILENT_MS = 1_500;
/** Two with the chunk in a batch, until it is suspect; one with all of the chunk, three with the command alone. */
const DEATHS_MIN = 6;
/** Those in a batch go on until two of them are proven, which takes some seconds. */
const DEATHS_MAX = 25;
const SETTLED_MS_MAX = 120_000;

const switches = createKillSwitch('poison');
const events: string[] = [];
let world: World;
beforeAll(async () => {
  world = await openWorld('poison', {
    supervise: true,
    timing: { backoffMaxMs: 100, probeIntervalMs: 200, silentMs: SILENT_MS },
    env: switches.env,
    onEvent: (_, text) => events.push(text),
  });
});
afterAll(async () => {
  await world?.close();
  switches.remove();
});

describe('a command that the database refuses', () => {
  // Each in a shard of its own: three within a minute stop a shard.
  test.each([
    ['22003', 'alone', 0],
    ['23514', 'under load', 1],
  ])('with %s, %s, in a chunk of fifty: only it is rejected', async (sqlstate, load, shard) => {
    const { ledger, id } = await create(`refused-${sqlstate}`, shard);
    await refuseAddress(`poison:${sqlstate}`, sqlstate);
    const traffic = load === 'under load' ? startTraffic(world.stack, ledger, 4) : null;
    if (traffic) await until('traffic flows', () => traffic.accepted() > 100);
    const culprit = transfer(id, `world>poison:${sqlstate} 1`);
    const commands = around(chain(id, 'mates', 49), culprit);
    await enqueue(world.stack, ledger, chunkOf(commands));
    await until('it was judged', async () => (await fateOf(ledger, culprit)) !== undefined);
    const promised = (await traffic?.finish()) ?? [];
    await promisesKept(world.stack, ledger, promised, { rejectedElsewhere: 1 });
    expect(await fatesOf(ledger, commands)).toEqual(expected(commands, culprit));
    await seenRejected(ledger, culprit);
    expect(events).toEqual([]);
  });
});

describe('a command with which the process', () => {
  test.each([
    ['dies', 'always', `ended (SIGKILL), starts again in 100 ms`],
    ['spins for ever', 'spin', `/livez silent for ${SILENT_MS / 1_000} s, killed`],
  ])('%s is rejected after its third death alone, and nothing else', async (name, how, event) => {
    const { ledger, id } = await create(name.replaceAll(' ', '-'), 2);
    const culprit = transfer(id, 'world>poison 1');
    const [first, second, third] = [chain(id, 'a', 5), chain(id, 'b', 9), chain(id, 'c', 5)];
    const suspects = around(second, culprit);
    const commands = [...first, ...suspects, ...third];
    events.length = 0;
    switches.arm('before-apply', `${how} ${culprit.id}`);
    const at = performance.now();
    for (const chunk of [first, suspects, third])
      await enqueue(world.stack, ledger, chunkOf(chunk));
    const late = known({ postings: [posting('c:4', 'd')] });
    expect((await send(String(world.stack.apiUrls[0]), ledger, late)).status).toBe(202);
    await drained(world.stack, SETTLED_MS_MAX);
    const ms = performance.now() - at;
    expect(await fates(world.stack, ledger)).toEqual([
      ...expected(commands, culprit),
      [late.id, 'posted'],
    ]);
    const deaths = events.filter((text) => text === event).length;
    expect(deaths).toBeGreaterThanOrEqual(DEATHS_MIN);
    expect(deaths).toBeLessThanOrEqual(DEATHS_MAX);
    note(`the queue flows again after a command with which the process ${name}`, ms);
    await seenRejected(ledger, culprit);
    // Nothing is left behind that would make the next chunk suspect.
    await withRedis(world.stack, async (redis) => {
      const { tag } = await shardKeysOf(world.stack, ledger);
      expect(await redis.exists(`${tag}:orphanings`, `${tag}:attempts`)).toBe(0);
    });
    switches.disarm('before-apply');
    await lawsHold(world.stack);
  });
});

test('chunks that are none are set aside, seen, retried and mended, and the rest of the queue flows in order', async () => {
  const { stack } = world;
  const { ledger, id } = await create('aside', 3);
  const key = deadLettersKey(await shardKeysOf(stack, ledger));
  const good = chain(id, 'good', 10);
  const wrong = (other: Partial<TransferCommand>) => [transfer(id, 'world>wrong 1', other)];
  const posted = posting('world', 'wrong');
  const bad: Record<string, unknown> = {
    garbage: { hello: 'world' },
    'of the past': { v: 1, commands: good },
    'not JSON': '{"v":2,"commands":[',
    'an amount that is a number': chunkOf(wrong({ postings: [{ ...posted, amount: 1 as never }] })),
    'an amount of 39 digits': chunkOf(wrong({ postings: [{ ...posted, amount: '9'.repeat(39) }] })),
    'an address with a NUL': chunkOf(wrong({ postings: [{ ...posted, destination: 'a\0' }] })),
    'a day that is none': chunkOf(wrong({ acceptedAt: '2026-02-30T00:00:00.000000Z' })),
    'a ledger with a uid that is none': chunkOf(wrong({ ledgerUid: 'a b' })),
    'a ledger that the database lacks': chunkOf(wrong({ ledgerUid: 'missing' })),
  };
  const worker = stack.workers[0];
  await worker?.stop();
  const ids: string[] = [];
  for (const [n, data] of Object.values(bad).entries()) {
    await enqueue(stack, ledger, chunkOf(good.slice(n, n + 1)));
    ids.push(await enqueue(stack, ledger, data));
  }
  await enqueue(stack, ledger, chunkOf(good.slice(ids.length)));
  await worker?.start();
  await drained(stack);
  expect(await fates(stack, ledger)).toEqual(good.map((command) => [command.id, 'posted']));

  const shown = await runQueueTool(stack);
  for (const chunk of ids) expect(shown).toMatch(new RegExp(`aside ${chunk} since \\S+: .+`));
  const metric = `razao_queue_chunks{shard="3",state="aside"} ${ids.length}`;
  await until('the metrics count them', async () =>
    (await (await fetch(`${worker?.url}/metrics`)).text()).includes(metric),
  );

  await withRedis(stack, async (redis) => {
    const before = await redis.hgetall(key);
    expect(Object.keys(before).sort()).toEqual(ids.toSorted());
    const [retried = ''] = ids;
    const said = await runQueueTool(stack, 'retry', retried);
    expect(said).toContain(`${retried} is back in the queue of shard 3`);
    await drained(stack);
    const again = await redis.hgetall(key);
    expect(Object.keys(again).sort()).toEqual(ids.toSorted());
    expect(again[retried]).not.toBe(before[retried]);
    // A person mends them.
    const mended = ids.map(() => transfer(id, 'world>mended 1'));
    for (const [n, chunk] of ids.entries()) {
      const entry = JSON.parse(String(again[chunk])) as object;
      const data = chunkOf(mended.slice(n, n + 1));
      await redis.hset(key, chunk, JSON.stringify({ ...entry, data }));
    }
    for (const chunk of ids) await runQueueTool(stack, 'retry', chunk);
    await drained(stack);
    expect(await fates(stack, ledger)).toEqual(
      [...good, ...mended].map((command) => [command.id, 'posted']),
    );
    expect(await redis.exists(key)).toBe(0);
  });
  expect(await chunks(stack, ledger)).toEqual({ waiting: [], active: [] });
  await lawsHold(stack);
});

async function create(name: string, shard: number): Promise<{ ledger: string; id: string }> {
  const ledger = nameOnShard(name, shard);
  const { status } = await call(`${world.stack.apiUrls[0]}/v1/ledgers/${ledger}`, 'PUT', {});
  expect(status).toBe(201);
  return { ledger, id: await ledgerUidOf(world.stack, ledger) };
}

/** From now on the database refuses whatever would create this account. */
async function refuseAddress(address: string, sqlstate: string): Promise<void> {
  await withSql(world.stack, (client) =>
    client.query(`
      create function refuse_${sqlstate}() returns trigger language plpgsql as $$
      begin raise exception 'refused' using errcode = '${sqlstate}'; end $$;
      create trigger refuse_${sqlstate} before insert on accounts for each row
        when (new.address = '${address}') execute function refuse_${sqlstate}()`),
  );
}

function expected(commands: readonly Command[], culprit: Command): Fate[] {
  return commands.map((command) => [
    command.id,
    command === culprit ? 'processing_failed' : 'posted',
  ]);
}

/** What became of these commands, in the order in which it did. */
async function fatesOf(ledger: string, commands: readonly Command[]): Promise<Fate[]> {
  const ids = new Set(commands.map(({ id }) => id));
  return (await fates(world.stack, ledger)).filter(([id]) => ids.has(id));
}

async function fateOf(ledger: string, command: Command): Promise<string | undefined> {
  return (await fatesOf(ledger, [command]))[0]?.[1];
}

/** A client sees the rejection, and nothing of what was in it. */
async function seenRejected(ledger: string, { id }: Command): Promise<void> {
  const url = `${world.stack.apiUrls[0]}/v1/ledgers/${ledger}/transactions/${id}`;
  const { status, body } = await call(url, 'GET');
  expect(status).toBe(200);
  expect(body).toMatchObject({
    status: 'rejected',
    postings: [],
    rejection: { code: 'processing_failed' },
  });
}

function posting(source: string, destination: string) {
  return { source, destination, asset: 'BRL/2', amount: '1' };
}
