import { setTimeout as delay } from 'node:timers/promises';
import { BACKLOG_AGE_MS_MAX } from '@razao/shared/contract/limits.ts';
import type { Problem } from '@razao/shared/contract/problems.ts';
import { backlogKey, drainRateKey } from '@razao/shared/runtime/keys.ts';
import { testUid } from '@razao/shared/test/commands.ts';
import { ONE, openConsumerBench } from '@razao/shared/test/consumer-bench.ts';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { command, KEYS, openTestQueue, type TestQueue } from '../../test/open-test-queue.ts';
import { Gate } from './gate.ts';
import type { Pending } from './gather.ts';

const MAX = { commands: 1_000, bytes: 1_000_000, seconds: 0 };

let world: TestQueue;
beforeAll(async () => {
  world = await openTestQueue();
});
afterAll(() => world.close());
beforeEach(async () => {
  await world.redis.del(backlogKey(KEYS), drainRateKey(KEYS));
});

test('where no rate is known a refused client is told a second', async () => {
  await fill({ commands: 700 }, { commands: 700 });
  expect(await refusal()).toEqual([expect.stringMatching(/^as many commands of this ledger/), 1]);
});

test.each([
  // All is its own: both what it has and what is left change with what goes.
  [700, 700, 100, 3],
  [1_000, 1_000, 100, 6],
  // Nothing of what goes first may be its own.
  [200, 900, 100, 2],
  [600, 1_000, 25, 21],
  // More than anybody is told.
  [1_000, 1_000, 1, 60],
])(
  'who has %d of %d commands is told to come again when so many are posted, at %d a second',
  async (own, all, rate, seconds) => {
    await fill({ commands: own }, { commands: all });
    await world.redis.set(drainRateKey(KEYS), rate);
    expect(await refusal()).toEqual([expect.stringMatching(/^as many commands/), seconds]);
  },
);

test('bytes go at the pace of the commands that they belong to', async () => {
  await fill({ commands: 100, bytes: 800_000 }, { commands: 100, bytes: 800_000 });
  await world.redis.set(drainRateKey(KEYS), 10);
  // 80,000 bytes a second; more than 300,000 have to go.
  expect(await refusal()).toEqual([expect.stringMatching(/^as many bytes/), 4]);
});

test('who has met two bounds is told when he is below both', async () => {
  await fill({ commands: 700, bytes: 900_000 }, { commands: 700, bytes: 900_000 });
  await world.redis.set(drainRateKey(KEYS), 100);
  expect(await refusal()).toEqual([expect.stringMatching(/^as many commands/), 4]);
});

test('within a bound in time as much may wait as is posted in it, and each ledger has its part of that', async () => {
  const gate = open({ ...MAX, seconds: 5 });
  await world.redis.set(drainRateKey(KEYS), 100);
  await fill({ commands: 249 }, { commands: 249 });
  expect(await refusal(gate)).toBeNull();
  await fill({ commands: 260 }, { commands: 260 });
  expect(await refusal(gate)).toEqual([expect.stringMatching(/^what waits takes as long/), 1]);
  expect(await refusal(gate, 2), 'another has room').toBeNull();
  await fill({ commands: 500 }, { commands: 500 });
  expect(await refusal(gate, 2)).toEqual([expect.stringMatching(/^what waits takes as long/), 1]);
});

test('where no rate is known, or nobody asked for it, the bound in time refuses nobody', async () => {
  await fill({ commands: 400 }, { commands: 400 });
  expect(await refusal(open({ ...MAX, seconds: 1 }))).toBeNull();
  await world.redis.set(drainRateKey(KEYS), 1);
  expect(await refusal(open(MAX))).toBeNull();
  expect(await refusal(open({ ...MAX, seconds: 1 }))).not.toBeNull();
});

test('what a gate was told with the last chunk is what it goes by', async () => {
  const gate = open(MAX);
  expect(await refusal(gate)).toBeNull();
  gate.note({ chunks: 5, commands: 1_000, bytes: 5, rate: 10 }, [pending(1)]);
  const { refused } = await gate.judge([pending(1)]);
  expect([...refused.values()].map(({ headers }) => headers)).toEqual([{ 'Retry-After': '1' }]);
});

test('the time that a client is told is true: when it is over he is admitted, and long before he is not', async () => {
  const bench = openConsumerBench(world.server.url, KEYS.shard);
  try {
    await bench.add(100, 40);
    const { consumer } = bench.openOwner();
    // Some thousand commands a second, however fast this machine is.
    const posting = (async () => {
      for (let i = 0; i < 100; i++) {
        const [, chunks] = await Promise.all([delay(40), consumer.take(ONE)]);
        await consumer.complete(chunks);
      }
    })();
    const gate = open({ ...MAX, commands: 2_000, bytes: 10_000_000 });
    let told: [string, number] | null = await refusal(gate);
    while (told?.[1] === 1) told = await refusal(gate);
    if (!told) throw new Error('it was never told for how long');
    await delay(told[1] * 250);
    expect(await refusal(gate)).not.toBeNull();
    await delay(told[1] * 750);
    expect(await refusal(gate)).toBeNull();
    await posting;
  } finally {
    await bench.close();
  }
});

/** Why a write of a ledger is refused, and after how long it may come again; null where it is admitted. */
async function refusal(gate = open(MAX), ledger = 1): Promise<[string, number] | null> {
  await delay(2 * BACKLOG_AGE_MS_MAX);
  const one = pending(ledger);
  const { admitted, refused } = await gate.judge([one]);
  const problem: Problem | undefined = refused.get(one);
  expect(admitted).toEqual(problem ? [] : [one]);
  return problem ? [problem.message, Number(problem.headers['Retry-After'])] : null;
}

function open(max: typeof MAX): Gate {
  return new Gate(world.redis, KEYS, max);
}

function pending(ledger: number): Pending {
  return { command: command(ledger, 'a'), bulk: null, bytes: 300, resolve() {}, reject() {} };
}

type Amount = { commands?: number; bytes?: number };

/** What ledger 1 has waiting, and what all have. */
async function fill(own: Amount, all: Amount): Promise<void> {
  const uid = testUid(1);
  await world.redis.hset(backlogKey(KEYS), {
    ...all,
    ...(own.commands !== undefined && { [`c:${uid}`]: own.commands }),
    ...(own.bytes !== undefined && { [`b:${uid}`]: own.bytes }),
  });
}
