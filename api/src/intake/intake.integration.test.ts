import { setTimeout as delay } from 'node:timers/promises';
import { type ChunkData, toChunk } from '@razao/shared/contract/chunk.ts';
import type { Command } from '@razao/shared/contract/command.ts';
import {
  CHUNK_BYTES_MAX,
  CHUNK_COMMANDS_MAX,
  INTAKE_PENDING_MAX,
} from '@razao/shared/contract/limits.ts';
import { newChunkId } from '@razao/shared/queue/chunk-queue.ts';
import { testPrint, testUid } from '@razao/shared/test/commands.ts';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { command, KEYS, openTestQueue, type TestQueue } from '../../test/open-test-queue.ts';
import { queuedChunks } from '../../test/queue.ts';
import { claimIds } from './claim-ids.ts';
import type { Acceptance } from './gather.ts';
import { Intake } from './intake.ts';

const BYTES = 500;

let world: TestQueue;

beforeAll(async () => {
  world = await openTestQueue();
});
beforeEach(() => world.redis.flushall());
afterAll(() => world.close());

test('what arrives in one turn is one chunk, in the order of arrival', async () => {
  const commands = make(20);
  const acceptances = await acceptAll(open(), commands);
  expect(acceptances.every(({ fresh }) => fresh)).toBe(true);
  expect(await queuedChunks(world.redis)).toEqual([toChunk(commands)]);
});

test('each caller is told of its own command', async () => {
  const commands = make(3).map((one, i) => ({ ...one, fingerprint: testPrint(`print-${i}`) }));
  const acceptances = await acceptAll(open(), commands);
  expect(acceptances.map(({ record }) => record.fingerprint)).toEqual([
    testPrint('print-0'),
    testPrint('print-1'),
    testPrint('print-2'),
  ]);
  expect(acceptances[0]?.record).toMatchObject({ status: 'queued', kind: 'transfer' });
});

test('what arrives while a chunk is on its way waits for the next one', async () => {
  const intake = open();
  const [first, ...others] = make(30) as [Command, ...Command[]];
  const answers = [intake.accept(first, BYTES)];
  await new Promise((resolve) => setImmediate(resolve));
  for (const other of others) answers.push(intake.accept(other, BYTES));
  await Promise.all(answers);
  expect(sizes(await queuedChunks(world.redis))).toEqual([1, 29]);
});

test('the order of acceptance is the order of the queue', async () => {
  const intake = open();
  const commands = make(300);
  const accepted: string[] = [];
  const answers: Promise<void>[] = [];
  for (const one of commands) {
    answers.push(intake.accept(one, BYTES).then(() => void accepted.push(one.id)));
    if (Math.random() < 0.1) await delay(1);
  }
  await Promise.all(answers);
  const chunks = await queuedChunks(world.redis);
  expect(chunks.length).toBeGreaterThan(1);
  expect(idsOf(chunks)).toEqual(commands.map(({ id }) => id));
  expect(accepted).toEqual(idsOf(chunks));
});

test('a chunk has 1,000 commands at most', async () => {
  const commands = make(2 * CHUNK_COMMANDS_MAX + 1);
  await acceptAll(open(), commands);
  const chunks = await queuedChunks(world.redis);
  expect(sizes(chunks)).toEqual([CHUNK_COMMANDS_MAX, CHUNK_COMMANDS_MAX, 1]);
  expect(idsOf(chunks)).toEqual(commands.map(({ id }) => id));
});

test('a chunk has about 1 MB at most, unless one command is more', async () => {
  const intake = open();
  const weights = [0.5, 0.5, 0.6, 0.6, 3, 0.1, 0.1];
  const commands = make(weights.length);
  await Promise.all(
    commands.map((one, i) => intake.accept(one, (weights[i] ?? 0) * CHUNK_BYTES_MAX)),
  );
  expect(sizes(await queuedChunks(world.redis))).toEqual([2, 1, 1, 1, 2]);
});

test('of an id that comes several times in one chunk the first is fresh, the others replay it', async () => {
  const [one, two] = [command(1, 'one'), command(1, 'two')];
  const acceptances = await acceptAll(open(), [one, { ...one }, two, { ...one }]);
  expect(acceptances.map(({ fresh }) => fresh)).toEqual([true, false, true, false]);
  expect(acceptances[1]?.record).toEqual(acceptances[0]?.record);
  expect(idsOf(await queuedChunks(world.redis))).toEqual(['one', 'two']);
});

test('another command under the same id in one chunk is told of the first', async () => {
  const acceptances = await acceptAll(open(), [
    command(1, 'one', 'first'),
    command(1, 'one', 'second'),
  ]);
  expect(acceptances).toMatchObject([
    { fresh: true, record: { fingerprint: testPrint('first') } },
    { fresh: false, record: { fingerprint: testPrint('first') } },
  ]);
  expect(await queuedChunks(world.redis)).toMatchObject([
    { commands: [{ fingerprint: testPrint('first') }] },
  ]);
});

test('the same id in two ledgers is two commands', async () => {
  const acceptances = await acceptAll(open(), [command(1, 'one'), command(2, 'one')]);
  expect(acceptances.map(({ fresh }) => fresh)).toEqual([true, true]);
  expect(idsOf(await queuedChunks(world.redis))).toEqual(['one', 'one']);
});

test('an id that was accepted is replayed by every process, and nothing is queued again', async () => {
  const [mine, other] = [open(), open()];
  const [first] = await acceptAll(mine, [command(1, 'one')]);
  for (const intake of [mine, other]) {
    expect(await acceptAll(intake, [command(1, 'one')])).toEqual([
      { fresh: false, record: first?.record },
    ]);
  }
  expect(idsOf(await queuedChunks(world.redis))).toEqual(['one']);
});

test('of a storm by many processes each id is queued once, and everybody is answered', async () => {
  const intakes = Array.from({ length: 4 }, open);
  const commands = make(100);
  const answers = await Promise.all(intakes.flatMap((intake) => acceptAll(intake, commands)));
  const fresh = answers.flat().filter((answer) => answer.fresh);
  const queued = idsOf(await queuedChunks(world.redis));
  expect(answers.flat()).toHaveLength(400);
  // Whoever finds a record whose chunk is still on its way takes it over: the ledger sees to it that it posts once.
  expect(new Set(queued)).toEqual(new Set(commands.map(({ id }) => id)));
  expect(fresh).toHaveLength(queued.length);
});

test('a write whose process died between admission and queue is queued by the next one', async () => {
  const one = command(1, 'one');
  await claimIds({ ...world, keys: KEYS, chunkId: newChunkId() }, [one]);
  expect(await queuedChunks(world.redis)).toEqual([]);
  const [acceptance] = await acceptAll(open(), [one]);
  expect(acceptance?.fresh).toBe(true);
  expect(idsOf(await queuedChunks(world.redis))).toEqual(['one']);
});

test('nobody is answered before the queue has the chunk, replays neither; the key stays good', async () => {
  const [one, two] = [command(1, 'one'), command(1, 'two')];
  // BullMQ counts in this key: with another value in it no job can be added, while ids can be admitted.
  await world.redis.set(world.queue.toKey('id'), 'broken');
  for (const commands of [[one], [one, one, two]]) {
    for (const answer of await Promise.allSettled(send(open(), commands))) {
      expect(answer).toMatchObject({ status: 'rejected', reason: { code: 'unavailable' } });
    }
  }
  expect(await world.redis.keys(`*:t:${testUid(1)}*`)).toHaveLength(2);
  await world.redis.del(world.queue.toKey('id'));
  const acceptances = await acceptAll(open(), [one, two]);
  expect(acceptances.map(({ fresh }) => fresh)).toEqual([true, true]);
  expect(idsOf(await queuedChunks(world.redis))).toEqual(['one', 'two']);
});

test('a ledger that has half of what may be pending is refused at once, and nobody else is', async () => {
  const intake = open();
  const answers = make(INTAKE_PENDING_MAX / 2).map((one) => intake.accept(one, BYTES));
  const refused = { code: 'overloaded', headers: { 'Retry-After': '1' } };
  await expect(intake.accept(command(1, 'late'), BYTES)).rejects.toMatchObject(refused);
  answers.push(intake.accept(command(2, 'other'), BYTES));
  await Promise.all(answers);
  const chunks = await queuedChunks(world.redis);
  expect(idsOf(chunks)).toHaveLength(INTAKE_PENDING_MAX / 2 + 1);
  expect(idsOf(chunks)).not.toContain('late');
  // All is given back.
  await Promise.all(make(INTAKE_PENDING_MAX / 2, 'next').map((one) => intake.accept(one, BYTES)));
});

test('draining waits for all that was taken', async () => {
  const intake = open();
  let answered = 0;
  for (const one of make(1_500)) void intake.accept(one, BYTES).then(() => answered++);
  await intake.drain();
  expect(answered).toBe(1_500);
  await intake.drain();
});

test('what cannot be queued is refused as unavailable, each caller of the chunk', async () => {
  const deps = { ...world.deps, guard: { ...world.deps.guard, usable: () => false } };
  const answers = make(3).map((one) => new Intake(deps).accept(one, BYTES));
  for (const answer of await Promise.allSettled(answers)) {
    expect(answer).toMatchObject({ status: 'rejected', reason: { code: 'unavailable' } });
  }
  expect(await world.redis.keys('*')).toEqual([]);
});

function open(): Intake {
  return new Intake(world.deps);
}

function make(count: number, name = 'id'): Command[] {
  return Array.from({ length: count }, (_, i) => command(1, `${name}-${i}`));
}

function send(intake: Intake, commands: readonly Command[]): Promise<Acceptance>[] {
  return commands.map((one) => intake.accept(one, BYTES));
}

function acceptAll(intake: Intake, commands: readonly Command[]): Promise<Acceptance[]> {
  return Promise.all(send(intake, commands));
}

function sizes(chunks: readonly ChunkData[]): number[] {
  return chunks.map(({ commands }) => commands.length);
}

function idsOf(chunks: readonly ChunkData[]): string[] {
  return chunks.flatMap(({ commands }) => commands.map(({ id }) => id));
}
