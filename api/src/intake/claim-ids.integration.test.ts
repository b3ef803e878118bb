import { toChunk } from '@razao/shared/contract/chunk.ts';
import type { Outcome } from '@razao/shared/contract/command.ts';
import { decodeRecord, encodeOutcome } from '@razao/shared/contract/status-record.ts';
import { addChunk, newChunkId } from '@razao/shared/queue/chunk-queue.ts';
import { addDeadLetter } from '@razao/shared/queue/dead-letters.ts';
import { recordKey } from '@razao/shared/runtime/keys.ts';
import { testPrint, testUid } from '@razao/shared/test/commands.ts';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { command, KEYS, openTestQueue, type TestQueue } from '../../test/open-test-queue.ts';
import { admit, takeOver } from './admit.ts';
import { claimIds, type Verdict, withdrawIds } from './claim-ids.ts';

const FRESH = { fresh: true };
const OUTCOME: Outcome = {
  version: 7,
  status: 'posted',
  kind: 'transfer',
  sequence: 7,
  fingerprint: testPrint('first'),
  acceptedAt: '2026-01-02T03:04:05.000000Z',
  postedAt: '2026-01-02T03:04:06.000000Z',
  rejection: null,
};

let world: TestQueue;
let ledger = 0;

beforeAll(async () => {
  world = await openTestQueue();
});
afterAll(() => world.close());

test('ids without a record are fresh, and get one that names the chunk', async () => {
  ledger += 1;
  const chunk = newChunkId();
  expect(await claim(chunk, 'a', 'b')).toEqual([FRESH, FRESH]);
  expect(await record('a')).toEqual({
    status: 'queued',
    kind: 'transfer',
    acceptedAt: '2026-01-02T03:04:05.000000Z',
    fingerprint: testPrint('print'),
    chunk,
  });
  expect(await record('b')).toMatchObject({ chunk });
  expect(await world.redis.pttl(recordKey(KEYS, testUid(ledger), 'a'))).toBe(-1);
});

test('a record that names the own chunk is fresh: the call was sent twice', async () => {
  ledger += 1;
  const chunk = newChunkId();
  await claim(chunk, 'a');
  expect(await claim(chunk, 'a', 'b')).toEqual([FRESH, FRESH]);
  await enqueue(chunk, 'a');
  expect(await claim(chunk, 'a')).toEqual([FRESH]);
});

test('a record that names a chunk in the queue is a replay, waiting or taken', async () => {
  ledger += 1;
  const first = newChunkId();
  await claim(first, 'a');
  await enqueue(first, 'a');
  const replay = {
    fresh: false,
    record: { status: 'queued', chunk: first, fingerprint: testPrint('print') },
  };
  expect(await claim(newChunkId(), 'a')).toMatchObject([replay]);
  await world.redis.rpoplpush(world.queue.toKey('wait'), world.queue.toKey('active'));
  expect(await claim(newChunkId(), 'a')).toMatchObject([replay]);
  expect(await record('a')).toMatchObject({ chunk: first });
});

test('a record that names a chunk which never reached the queue is taken over', async () => {
  ledger += 1;
  await claim(newChunkId(), 'a');
  const found = await read(ledger, 'a');
  const chunk = newChunkId();
  expect(await claim(chunk, 'a')).toEqual([{ fresh: true, found }]);
  expect(await record('a')).toMatchObject({ chunk });
});

test('a record that names a chunk which was set aside is taken over by its own command, and no other', async () => {
  ledger += 1;
  const first = newChunkId();
  await claim(first, 'a', 'b');
  await addDeadLetter(world.redis, KEYS, { id: first, reason: 'none', data: {} });
  const chunkId = newChunkId();
  const commands = [command(ledger, 'a', 'other'), command(ledger, 'b')];
  expect(await claimIds({ ...world, keys: KEYS, chunkId }, commands)).toMatchObject([
    { fresh: false, record: { chunk: first, fingerprint: testPrint('print') } },
    FRESH,
  ]);
  expect(await record('a')).toMatchObject({ chunk: first, fingerprint: testPrint('print') });
  expect(await record('b')).toMatchObject({ chunk: chunkId });
});

test('what is taken over is what is accepted now, not what was lost', async () => {
  ledger += 1;
  await claim(newChunkId(), 'a');
  const deps = { ...world, keys: KEYS, chunkId: newChunkId() };
  expect(await claimIds(deps, [command(ledger, 'a', 'other')])).toMatchObject([FRESH]);
  expect(await record('a')).toMatchObject({ fingerprint: testPrint('other') });
});

test('a record with an outcome is a replay, although its chunk is long gone', async () => {
  ledger += 1;
  const rejected: Outcome = {
    ...OUTCOME,
    status: 'rejected',
    rejection: { code: 'insufficient_funds', detail: 'too little' },
  };
  await store('a', encodeOutcome(OUTCOME));
  await store('b', encodeOutcome(rejected));
  expect(await claim(newChunkId(), 'a', 'b')).toEqual([
    { fresh: false, record: OUTCOME },
    { fresh: false, record: rejected },
  ]);
  expect(await record('a')).toEqual(OUTCOME);
});

test('a record that cannot be read counts as none', async () => {
  ledger += 1;
  await store('a', 'damaged');
  await store('b', '');
  const chunk = newChunkId();
  expect(await claim(chunk, 'a', 'b')).toMatchObject([FRESH, FRESH]);
  expect(await record('a')).toMatchObject({ chunk });
});

test('each verdict is about the command in its place', async () => {
  ledger += 1;
  const queued = newChunkId();
  await claim(queued, 'queued');
  await enqueue(queued, 'queued');
  await claim(newChunkId(), 'dead');
  await store('done', encodeOutcome(OUTCOME));
  expect(await claim(newChunkId(), 'new', 'queued', 'dead', 'done', 'newer')).toMatchObject([
    FRESH,
    { fresh: false, record: { chunk: queued } },
    FRESH,
    { fresh: false, record: OUTCOME },
    FRESH,
  ]);
});

test('the same id in another ledger is another id', async () => {
  ledger += 1;
  await claim(newChunkId(), 'a');
  ledger += 1;
  const chunk = newChunkId();
  expect(await claim(chunk, 'a')).toEqual([FRESH]);
  expect(decodeRecord((await read(ledger - 1, 'a')) ?? '')).not.toMatchObject({ chunk });
});

test('of processes that claim the ids of a dead one at once, each gets an answer', async () => {
  ledger += 1;
  const ids = Array.from({ length: 50 }, (_, i) => `id-${i}`);
  await claim(newChunkId(), ...ids);
  const chunks = [newChunkId(), newChunkId(), newChunkId()];
  const verdicts = await Promise.all(chunks.map((chunk) => claim(chunk, ...ids)));
  // None of the three is in the queue yet: nobody may call the write of another durable.
  expect(verdicts.flat()).toMatchObject(Array(150).fill(FRESH));
  for (const id of ids) expect(chunks).toContain(((await record(id)) as { chunk: string }).chunk);
});

test('admission answers what is there, and stores only where there is nothing', async () => {
  ledger += 1;
  await store('a', 'old');
  const claims = ['a', 'b'].map((id) => ({
    key: recordKey(KEYS, testUid(ledger), id),
    line: 'new',
  }));
  expect(await admit(world.redis, claims)).toEqual(['old', null]);
  expect([await read(ledger, 'a'), await read(ledger, 'b')]).toEqual(['old', 'new']);
});

test('a record is taken over only as it was read, or where it has gone', async () => {
  ledger += 1;
  await store('same', 'old');
  await store('changed', 'newer');
  const claims = ['same', 'changed', 'gone'].map((id) => ({
    key: recordKey(KEYS, testUid(ledger), id),
    line: 'mine',
    found: 'old',
  }));
  expect(await takeOver(world.redis, claims)).toEqual([null, 'newer', null]);
  expect(await Promise.all(['same', 'changed', 'gone'].map((id) => read(ledger, id)))).toEqual([
    'mine',
    'newer',
    'mine',
  ]);
});

test('what is withdrawn is only what this chunk still holds', async () => {
  ledger += 1;
  const [mine, other] = [newChunkId(), newChunkId()];
  await claim(mine, 'mine', 'taken', 'kept');
  await claim(other, 'taken');
  const withdrawn = ['mine', 'taken', 'gone'].map((id) => command(ledger, id));
  await withdrawIds({ ...world, keys: KEYS, chunkId: mine }, withdrawn);
  expect(await record('mine')).toBeNull();
  expect(await record('taken')).toMatchObject({ chunk: other });
  expect(await record('kept')).toMatchObject({ chunk: mine });
});

test('a record that is withdrawn while it is looked at is no replay, although its chunk is queued', async () => {
  ledger += 1;
  const [first, second] = [newChunkId(), newChunkId()];
  await claim(first, 'a', 'b');
  // Between the second chunk's look at the records and its look at the queue, the first withdraws one and is queued.
  const redis: Redis = Object.assign(Object.create(world.redis), {
    async exists(key: string) {
      await withdrawIds({ ...world, keys: KEYS, chunkId: first }, [command(ledger, 'a')]);
      await enqueue(first, 'b');
      return world.redis.exists(key);
    },
  });
  const commands = ['a', 'b'].map((id) => command(ledger, id));
  const verdicts = await claimIds({ ...world, redis, keys: KEYS, chunkId: second }, commands);
  expect(verdicts).toMatchObject([FRESH, { fresh: false, record: { chunk: first } }]);
  expect(await record('a')).toMatchObject({ chunk: second });
});

function claim(chunkId: string, ...ids: string[]): Promise<Verdict[]> {
  const commands = ids.map((id) => command(ledger, id));
  return claimIds({ ...world, keys: KEYS, chunkId }, commands);
}

function enqueue(chunkId: string, id: string): Promise<void> {
  return addChunk(world.queue, chunkId, toChunk([command(ledger, id)]));
}

function store(id: string, line: string): Promise<unknown> {
  return world.redis.set(recordKey(KEYS, testUid(ledger), id), line);
}

function read(ledger: number, id: string): Promise<string | null> {
  return world.redis.get(recordKey(KEYS, testUid(ledger), id));
}

async function record(id: string) {
  return decodeRecord((await read(ledger, id)) ?? '');
}
