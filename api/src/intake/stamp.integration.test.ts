import { setTimeout as delay } from 'node:timers/promises';
import type { Command, HoldCommand } from '@razao/shared/contract/command.ts';
import { FLUSH_MS_MAX } from '@razao/shared/contract/limits.ts';
import { createClock } from '@razao/shared/runtime/clock.ts';
import { until } from '@razao/stack/test/until.ts';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { command, openTestQueue, type TestQueue } from '../../test/open-test-queue.ts';
import { queuedChunks } from '../../test/queue.ts';
import { Intake, type IntakeDeps } from './intake.ts';

const BYTES = 500;
const UNAVAILABLE = { status: 'rejected', reason: { code: 'unavailable' } };

let world: TestQueue;
beforeAll(async () => {
  world = await openTestQueue();
});
beforeEach(async () => {
  await usable();
  await world.redis.flushall();
});
afterAll(() => world.close());

test('a command is accepted now by the clock of Postgres, whatever its own process has for one', async () => {
  const clock = createClock(() => Date.now() - 3_000_000);
  await clock.measure(async () => ({ rows: [{ now_ms: Date.now() }] }));
  const { record } = await open({ clock }).accept(command(1, 'one'), BYTES);
  expect(Math.abs(Date.parse(record.acceptedAt) - Date.now())).toBeLessThan(1_000);
});

test('the end of a hold is so long after its acceptance as was asked for', async () => {
  const bulk = [hold('one', 90), hold('two', 2)];
  await Promise.all([open().acceptBulk(bulk, BYTES), open().accept(hold('three', 1), BYTES)]);
  const queued = await commands();
  expect(queued.map(({ id }) => id).sort()).toEqual(['one', 'three', 'two']);
  for (const one of queued as HoldCommand[]) {
    expect(Math.abs(Date.parse(one.acceptedAt) - Date.now())).toBeLessThan(1_000);
    expect(Date.parse(one.expiresAt) - Date.parse(one.acceptedAt)).toBe(lifeMs(one.id));
  }
});

test('what waits for the chunk before it is accepted when its own sets out', async () => {
  const intake = open();
  await world.server.kill('SIGSTOP');
  const first = intake.accept(command(1, 'first'), BYTES);
  await delay(50);
  const second = intake.accept(hold('one', 90), BYTES);
  await delay(600);
  await world.server.kill('SIGCONT');
  const [before, after] = (await Promise.all([first, second])).map(({ record }) =>
    Date.parse(record.acceptedAt),
  );
  expect((after ?? 0) - (before ?? 0)).toBeGreaterThan(500);
  const [, queued] = (await commands()) as HoldCommand[];
  expect(Date.parse(queued?.expiresAt ?? '') - (after ?? 0)).toBe(90_000);
});

test.each(['at once', 'in two steps'])(
  'what a Redis that stood still gets to see too late, to be stored %s, is refused and not there; the key stays good',
  async (way) => {
    const intake = open();
    await intake.accept(command(1, 'known'), BYTES);
    await world.server.kill('SIGSTOP');
    const sent = [command(1, 'one'), ...(way === 'at once' ? [] : [command(1, 'known')])];
    const answers = Promise.allSettled(sent.map((one) => intake.accept(one, BYTES)));
    await delay(FLUSH_MS_MAX + 300);
    await world.server.kill('SIGCONT');
    expect((await answers)[0]).toMatchObject(UNAVAILABLE);
    await delay(200);
    await usable();
    expect((await commands()).map(({ id }) => id)).toEqual(['known']);
    const retried = performance.now();
    const { fresh, record } = await intake.accept(command(1, 'one'), BYTES);
    expect(fresh).toBe(true);
    const ageMs = Date.now() - Date.parse(record.acceptedAt);
    expect(ageMs).toBeLessThan(performance.now() - retried + 100);
    expect((await commands()).map(({ id }) => id)).toEqual(['known', 'one']);
  },
);

test('a chunk that is late by the clock of Redis is refused at once, and nothing of it is stored', async () => {
  const memory = {
    ...world.deps.memory,
    time: async () => ({ now: Date.now() - FLUSH_MS_MAX - 1, errorMs: 0 }),
  };
  const late = open({ memory });
  const bulk = [command(1, 'two'), command(1, 'three')];
  const answers = [late.accept(command(1, 'one'), BYTES), late.acceptBulk(bulk, BYTES)];
  expect(await Promise.allSettled<unknown>(answers)).toMatchObject([UNAVAILABLE, UNAVAILABLE]);
  expect(await world.redis.keys('*:t:*')).toEqual([]);
  expect(await commands()).toEqual([]);
});

test('how well the clocks are known shortens the time that a chunk may take', async () => {
  const clock = { ...world.clock, errorMs: () => 1_200 };
  const memory = {
    ...world.deps.memory,
    time: async () => ({ now: Date.now(), errorMs: 900 }),
  };
  const answers = [
    open({ clock, memory }).accept(command(1, 'one'), BYTES),
    open({ clock }).accept(command(1, 'two'), BYTES),
    open({ memory }).accept(command(1, 'three'), BYTES),
  ];
  const fresh = { status: 'fulfilled', value: { fresh: true } };
  expect(await Promise.allSettled(answers)).toMatchObject([UNAVAILABLE, fresh, fresh]);
});

function open(deps: Partial<IntakeDeps> = {}): Intake {
  return new Intake({ ...world.deps, ...deps });
}

/** After a silence the connection is made anew. */
function usable(): Promise<void> {
  return until('Redis is usable', () => world.deps.guard.usable());
}

function hold(id: string, seconds: number): HoldCommand {
  const { kind: _, ...moving } = command(1, id) as Extract<Command, { kind: 'transfer' }>;
  const expiresAt = new Date(Date.parse(moving.acceptedAt) + seconds * 1_000).toISOString();
  return { ...moving, kind: 'hold', expiresAt: expiresAt.replace('Z', '000Z') };
}

function lifeMs(id: string): number {
  return { one: 90_000, two: 2_000, three: 1_000 }[id] ?? 0;
}

async function commands(): Promise<Command[]> {
  return (await queuedChunks(world.redis)).flatMap((chunk) => [...chunk.commands]);
}
