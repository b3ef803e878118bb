import type { Command } from '@razao/shared/contract/command.ts';
import { encodeOutcome } from '@razao/shared/contract/status-record.ts';
import { instantText } from '@razao/shared/contract/time.ts';
import { newChunkId } from '@razao/shared/queue/chunk-queue.ts';
import { recordKey } from '@razao/shared/runtime/keys.ts';
import { testPrint, testUid } from '@razao/shared/test/commands.ts';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { command, KEYS, openTestQueue, type TestQueue } from '../../test/open-test-queue.ts';
import { queuedChunks } from '../../test/queue.ts';
import { claimIds } from './claim-ids.ts';
import { Intake } from './intake.ts';

const BYTES = 500;
const UNAVAILABLE = { status: 'rejected', reason: { code: 'unavailable' } };

let world: TestQueue;

beforeAll(async () => {
  world = await openTestQueue();
});
beforeEach(() => world.redis.flushall());
afterAll(() => world.close());

test('an atomic bulk is admitted as one, and sent again it is a replay', async () => {
  const bulk = members('x', 'a', 'b', 'c');
  const first = await open().acceptBulk(bulk, BYTES);
  expect(first).toMatchObject(
    Array(3).fill({ fresh: true, record: { fingerprint: testPrint('x') } }),
  );
  expect(await open().acceptBulk(bulk, BYTES)).toMatchObject(Array(3).fill({ fresh: false }));
  expect(await queued()).toEqual([['a', 'b', 'c']]);
});

test('of one that comes twice in a chunk the second replays the first', async () => {
  const intake = open();
  const [first, second] = await Promise.all(
    [0, 1].map(() => intake.acceptBulk(members('x', 'a', 'b'), BYTES)),
  );
  expect(first).toMatchObject([{ fresh: true }, { fresh: true }]);
  expect(second).toMatchObject([{ fresh: false }, { fresh: false }]);
  expect(await queued()).toEqual([['a', 'b']]);
});

test.each(['queued', 'posted'])(
  'a member whose id stands for another command, %s, refuses all, and nothing is left',
  async (status) => {
    const intake = open();
    if (status === 'queued') await intake.accept(command(1, 'b', 'other'), BYTES);
    else await store('b', 'other');
    const before = await queued();
    expect(await intake.acceptBulk(members('x', 'a', 'b', 'c'), BYTES)).toEqual({
      contradicting: [1],
    });
    expect(await queued()).toEqual(before);
    expect(await admitted()).toEqual(['b']);
    // Their keys are still free.
    expect(await intake.accept(command(1, 'a', 'new'), BYTES)).toMatchObject({ fresh: true });
  },
);

test('so does an earlier command of the same chunk, which is accepted', async () => {
  const intake = open();
  const single = intake.accept(command(1, 'b', 'other'), BYTES);
  const bulk = intake.acceptBulk(members('x', 'a', 'b', 'c'), BYTES);
  expect(await single).toMatchObject({ fresh: true });
  expect(await bulk).toEqual({ contradicting: [1] });
  expect(await queued()).toEqual([['b']]);
  expect(await admitted()).toEqual(['b']);
});

test('who would have replayed a command that is withdrawn is told to try again', async () => {
  await store('b', 'other');
  const intake = open();
  const answers = await Promise.allSettled([
    intake.acceptBulk(members('x', 'a', 'b', 'c'), BYTES),
    intake.accept(command(1, 'a', 'x'), BYTES),
    intake.accept(command(1, 'c', 'single'), BYTES),
    intake.acceptBulk(members('y', 'c', 'd'), BYTES),
    intake.acceptBulk([command(1, 'a'), command(1, 'f')], BYTES),
    intake.acceptBulk(members('x', 'a', 'b', 'c'), BYTES),
    intake.accept(command(1, 'b', 'other'), BYTES),
    intake.accept(command(1, 'e'), BYTES),
  ]);
  const contradicting = { status: 'fulfilled', value: { contradicting: [1] } };
  expect(answers).toMatchObject([
    contradicting,
    ...Array(4).fill(UNAVAILABLE),
    contradicting,
    { value: { fresh: false, record: { status: 'posted' } } },
    { value: { fresh: true } },
  ]);
  expect(await queued()).toEqual([['f', 'e']]);
  expect(await admitted()).toEqual(['b', 'e', 'f']);
});

test('bulks with a member in common: the first of a chunk is accepted, the other one is not', async () => {
  const intake = open();
  const answers = await Promise.all([
    intake.acceptBulk(members('x', 'a', 'b'), BYTES),
    intake.acceptBulk(members('y', 'b', 'c'), BYTES),
  ]);
  expect(answers).toMatchObject([[{ fresh: true }, { fresh: true }], { contradicting: [0] }]);
  expect(await queued()).toEqual([['a', 'b']]);
  expect(await admitted()).toEqual(['a', 'b']);
});

test('where some records are lost the whole bulk is queued again', async () => {
  const bulk = members('x', 'a', 'b', 'c');
  await open().acceptBulk(bulk, BYTES);
  await world.redis.del(recordKey(KEYS, testUid(1), 'b'));
  expect(await open().acceptBulk(bulk, BYTES)).toMatchObject([
    { fresh: false },
    { fresh: true },
    { fresh: false },
  ]);
  expect(await queued()).toEqual([
    ['a', 'b', 'c'],
    ['a', 'b', 'c'],
  ]);
  expect((await queuedChunks(world.redis))[1]?.commands).toEqual(bulk);
});

test('where all members are posted nothing is queued', async () => {
  for (const id of ['a', 'b']) await store(id, 'x');
  const again = await open().acceptBulk(members('x', 'a', 'b'), BYTES);
  expect(again).toMatchObject(Array(2).fill({ fresh: false, record: { status: 'posted' } }));
  expect(await queued()).toEqual([]);
});

test('one whose process died between admission and queue is queued by the next one', async () => {
  const bulk = members('x', 'a', 'b');
  await die(bulk);
  expect(await open().acceptBulk(bulk, BYTES)).toMatchObject([{ fresh: true }, { fresh: true }]);
  expect(await queued()).toEqual([['a', 'b']]);
});

test('while another process may still be accepting a member, none is accepted', async () => {
  await die([now(command(1, 'b', 'other'))]);
  const answer = await Promise.allSettled([open().acceptBulk(members('x', 'a', 'b', 'c'), BYTES)]);
  expect(answer).toMatchObject([UNAVAILABLE]);
  expect(await queued()).toEqual([]);
  expect(await admitted()).toEqual(['b']);
});

test('a member that a dead process left behind long ago is taken over', async () => {
  await die([command(1, 'b', 'other')]);
  expect(await open().acceptBulk(members('x', 'a', 'b'), BYTES)).toMatchObject([
    { fresh: true },
    { fresh: true },
  ]);
  expect(await queued()).toEqual([['a', 'b']]);
});

test('what was taken over for a bulk that is refused is free again', async () => {
  await die(members('x', 'a'));
  await store('b', 'other');
  const refused = await open().acceptBulk(members('x', 'a', 'b'), BYTES);
  expect(refused).toEqual({ contradicting: [1] });
  expect(await admitted()).toEqual(['b']);
});

test('nobody is answered before the queue has the chunk; the keys stay good', async () => {
  const bulk = members('x', 'a', 'b');
  // BullMQ counts in this key: with another value in it no job can be added, while ids can be admitted.
  await world.redis.set(world.queue.toKey('id'), 'broken');
  expect(await Promise.allSettled([open().acceptBulk(bulk, BYTES)])).toMatchObject([UNAVAILABLE]);
  await world.redis.del(world.queue.toKey('id'));
  expect(await open().acceptBulk(bulk, BYTES)).toMatchObject([{ fresh: true }, { fresh: true }]);
});

function open(): Intake {
  return new Intake(world.deps);
}

/** The members of an atomic bulk; its digest stands for their fingerprints too. */
function members(digest: string, ...ids: string[]): Command[] {
  return ids.map((id) => ({ ...command(1, id, digest), atomic: digest }));
}

/** Admits commands as a process does that dies before it queues them. */
async function die(commands: readonly Command[]): Promise<void> {
  await claimIds({ ...world, keys: KEYS, chunkId: newChunkId() }, commands);
}

function now(one: Command): Command {
  return { ...one, acceptedAt: instantText(Date.now()) };
}

/** Makes an id that of a posted transaction. */
function store(id: string, print: string): Promise<unknown> {
  const line = encodeOutcome({
    version: 7,
    status: 'posted',
    kind: 'transfer',
    sequence: 7,
    fingerprint: testPrint(print),
    acceptedAt: '2026-01-02T03:04:05.000000Z',
    postedAt: '2026-01-02T03:04:06.000000Z',
    rejection: null,
  });
  return world.redis.set(recordKey(KEYS, testUid(1), id), line);
}

/** The ids that have a record. */
async function admitted(): Promise<string[]> {
  const keys = await world.redis.keys(recordKey(KEYS, testUid(1), '*'));
  return keys.map((key) => key.slice(recordKey(KEYS, testUid(1), '').length)).sort();
}

async function queued(): Promise<string[][]> {
  const chunks = await queuedChunks(world.redis);
  return chunks.map(({ commands }) => commands.map(({ id }) => id));
}
