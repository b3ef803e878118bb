import type { Command } from '@razao/shared/contract/command.ts';
import { CHUNK_BYTES_MAX, INTAKE_PENDING_MAX } from '@razao/shared/contract/limits.ts';
import { testPrint } from '@razao/shared/test/commands.ts';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { command, openTestQueue, type TestQueue } from '../../test/open-test-queue.ts';
import { queuedChunks } from '../../test/queue.ts';
import { Intake } from './intake.ts';

const BYTES = 500;

let world: TestQueue;

beforeAll(async () => {
  world = await openTestQueue();
});
beforeEach(() => world.redis.flushall());
afterAll(() => world.close());

test('a bulk is never split: a chunk closes before one that does not fit', async () => {
  const intake = open();
  const bulks = [make(600, 'a'), make(500, 'b'), make(1_000, 'c'), make(1, 'd')];
  await Promise.all(bulks.map((bulk) => intake.acceptBulk(bulk, BYTES)));
  expect(await queued()).toEqual(bulks.map((bulk) => bulk.map(({ id }) => id)));
});

test('a bulk may have more bytes than a chunk, alone', async () => {
  const intake = open();
  await Promise.all([
    intake.accept(command(1, 'before'), BYTES),
    intake.acceptBulk(make(2, 'a'), 3 * CHUNK_BYTES_MAX),
    intake.accept(command(1, 'after'), BYTES),
  ]);
  expect(await queued()).toEqual([['before'], ['a-0', 'a-1'], ['after']]);
});

test('bulks and single commands share a chunk, in the order of arrival', async () => {
  const intake = open();
  await Promise.all([
    intake.accept(command(1, 'before'), BYTES),
    intake.acceptBulk(make(2, 'a'), BYTES),
    intake.acceptBulk(make(2, 'b'), BYTES),
    intake.accept(command(1, 'after'), BYTES),
  ]);
  expect(await queued()).toEqual([['before', 'a-0', 'a-1', 'b-0', 'b-1', 'after']]);
});

test('each command of a bulk is fresh, a replay or another command by itself', async () => {
  const intake = open();
  await intake.accept(command(1, 'old'), BYTES);
  await intake.accept(command(1, 'other', 'first'), BYTES);
  const bulk = ['new', 'old', 'other', 'new', 'newer'].map((id) => command(1, id));
  expect(await intake.acceptBulk([...bulk, command(1, 'new', 'second')], BYTES)).toMatchObject([
    { fresh: true, record: { status: 'queued', fingerprint: testPrint('print') } },
    { fresh: false, record: { fingerprint: testPrint('print') } },
    { fresh: false, record: { fingerprint: testPrint('first') } },
    { fresh: false, record: { fingerprint: testPrint('print') } },
    { fresh: true },
    { fresh: false, record: { fingerprint: testPrint('print') } },
  ]);
  expect(await queued()).toEqual([['old'], ['other'], ['new', 'newer']]);
});

test('a bulk counts with all its commands towards what may be pending', async () => {
  const intake = open();
  const filling = Array.from({ length: INTAKE_PENDING_MAX / 2_000 }, (_, i) =>
    intake.acceptBulk(make(1_000, `f${i}`), BYTES),
  );
  await expect(intake.acceptBulk(make(2, 'late'), BYTES)).rejects.toMatchObject({
    code: 'overloaded',
  });
  await intake.accept(command(2, 'other'), BYTES);
  await Promise.all(filling);
  expect((await queued()).flat()).toHaveLength(INTAKE_PENDING_MAX / 2 + 1);
  expect((await world.deps.metrics.pending.get()).values[0]?.value).toBe(0);
});

test('what cannot be queued is refused as unavailable, whole bulks too', async () => {
  const deps = { ...world.deps, guard: { ...world.deps.guard, usable: () => false } };
  await expect(new Intake(deps).acceptBulk(make(3, 'a'), BYTES)).rejects.toMatchObject({
    code: 'unavailable',
  });
});

function open(): Intake {
  return new Intake(world.deps);
}

function make(count: number, name: string): Command[] {
  return Array.from({ length: count }, (_, i) => command(1, `${name}-${i}`));
}

async function queued(): Promise<string[][]> {
  const chunks = await queuedChunks(world.redis);
  return chunks.map(({ commands }) => commands.map(({ id }) => id));
}
