import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { Command, Outcome } from '@razao/shared/contract/command.ts';
import { rejection } from '@razao/shared/contract/rejections.ts';
import { decodeRecord, encodeOutcome, encodeQueued } from '@razao/shared/contract/status-record.ts';
import { balanceKey, doneChannel, recordKey, shardKeys } from '@razao/shared/runtime/keys.ts';
import { openPatientRedis } from '@razao/shared/runtime/redis.ts';
import { testUid, transfer } from '@razao/shared/test/commands.ts';
import { startTestRedis, type TestRedis } from '@razao/stack/test-redis.ts';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Commit } from '../commit/commit-batch.ts';
import type { Retention } from '../window/retention.ts';
import { publishCommit } from './publish-commit.ts';

const KEYS = shardKeys('test', 2);
const LEDGER = testUid(7);
const ALL: Retention = { seconds: 3_600, balances: true, outcomes: true };

let server: TestRedis;
let redis: Redis;

beforeAll(async () => {
  server = await startTestRedis();
  redis = openPatientRedis(server.url);
});
afterAll(async () => {
  redis?.disconnect();
  await server?.remove();
});
beforeEach(async () => {
  await redis.flushall();
});

const command = transfer(LEDGER, 'world>alice 1');

test('a commit leaves its records and balances, each with its time to live', async () => {
  await publish(1, 5n);
  expect(await record()).toMatchObject({ status: 'posted', sequence: 1 });
  expect(await balance()).toBe('1 5 0');
  expect(await redis.pttl(recordKey(KEYS, LEDGER, command.id))).toBeGreaterThan(
    ALL.seconds * 1_000 - 5_000,
  );
  expect(await redis.pttl(balanceKey(KEYS, LEDGER, 'alice', 'BRL/2'))).toBeGreaterThan(
    ALL.seconds * 1_000 - 5_000,
  );
});

test('invariant 11: an older commit that is published after a younger one changes nothing', async () => {
  await publish(12, 120n);
  await publish(9, 90n);
  expect(await record()).toMatchObject({ sequence: 12 });
  expect(await balance()).toBe('12 120 0');
});

test('invariant 11: a younger commit replaces an older one, also where the number gets longer', async () => {
  await publish(9, 90n);
  await publish(10, 100n);
  expect(await record()).toMatchObject({ sequence: 10 });
  expect(await balance()).toBe('10 100 0');
});

test('an outcome replaces the record of a queued command, and one that cannot be read', async () => {
  const key = recordKey(KEYS, LEDGER, command.id);
  const { kind, acceptedAt, fingerprint } = command;
  for (const before of [encodeQueued({ kind, acceptedAt, fingerprint, chunk: 'c-1' }), 'damaged']) {
    await redis.set(key, before);
    await publish(1, 5n);
    expect(await record()).toMatchObject({ status: 'posted' });
  }
});

test('invariant 11: each asset of an account has a version of its own', async () => {
  await publish(5, 50n);
  await publish(3, 30n, 'USD/2');
  expect([await balance(), await balance('USD/2')]).toEqual(['5 50 0', '3 30 0']);
});

test('the ids of a commit are told on the channel once everything can be read', async () => {
  const listener = openPatientRedis(server.url);
  try {
    await listener.subscribe(doneChannel(KEYS));
    const message = once(listener, 'message');
    await publish(1, 5n);
    expect(await message).toEqual([doneChannel(KEYS), `${LEDGER}:${command.id}`]);
    expect(await balance()).toBe('1 5 0');
  } finally {
    listener.disconnect();
  }
});

test('a line feed in a text does not part the lines of a publication', async () => {
  const reason = rejection('account_frozen', { detail: 'one\ntwo "three"\n' });
  const rejected: Outcome = { ...outcome(4), status: 'rejected', rejection: reason };
  await publishCommit(
    redis,
    KEYS,
    {
      commands: [command],
      results: [{ outcome: rejected, replay: false, conflict: false }],
      targets: [],
      balances: [balanceOf('alice', 2, 5n, 'BRL/2')],
      heads: [],
    },
    ALL,
  );
  expect(await record()).toEqual(decodeRecord(encodeOutcome(rejected)));
  expect(await redis.dbsize()).toBe(2);
});

test('a record takes few bytes', async () => {
  const keys = shardKeys('installation', 99);
  const uid = 'ledgers-uid-';
  await publishCommit(
    redis,
    keys,
    {
      commands: [{ ...command, ledgerUid: uid }],
      results: [{ outcome: outcome(99_999_999), replay: false, conflict: false }],
      targets: [],
      balances: [],
      heads: [],
    },
    ALL,
  );
  const key = recordKey(keys, uid, command.id);
  expect(key).toHaveLength(60);
  const bytes = Number(await redis.memory('USAGE', key));
  expect(await redis.object('ENCODING', key)).toBe('embstr');
  // Its key, its line, and the entries for both and for the end of its life; 280 once.
  expect(bytes).toBeLessThanOrEqual(160);
});

test('where memory is short balances are deleted instead of written, so that no older one stays', async () => {
  await publish(1, 5n);
  await publish(2, 6n, 'BRL/2', { ...ALL, seconds: 60, balances: false });
  expect(await balance()).toBeNull();
  expect(await record()).toMatchObject({ sequence: 2 });
  const left = await redis.pttl(recordKey(KEYS, LEDGER, command.id));
  expect(left).toBeGreaterThan(50_000);
  expect(left).toBeLessThanOrEqual(60_000);
});

test('where there is hardly any, outcomes are too, but for what was acted on since', async () => {
  const none = { seconds: 60, balances: false, outcomes: false };
  const { kind, acceptedAt, fingerprint } = command;
  const queued = encodeQueued({ kind, acceptedAt, fingerprint, chunk: 'c-1' });
  await redis.set(recordKey(KEYS, LEDGER, command.id), queued);
  await publish(1, 5n, 'BRL/2', none);
  expect(await redis.dbsize()).toBe(0);
  const captured = { ...outcome(1), version: 2 };
  await publishCommit(
    redis,
    KEYS,
    {
      commands: [command],
      results: [{ outcome: captured, replay: true, conflict: false }],
      targets: [],
      balances: [],
      heads: [],
    },
    none,
  );
  expect(await record()).toMatchObject({ version: 2, sequence: 1 });
  await publish(1, 5n);
  expect(await record(), 'who wakes late changes nothing').toMatchObject({ version: 2 });
});

test('a Redis that is full is told what was posted all the same', async () => {
  const { kind, acceptedAt, fingerprint } = command;
  const queued = encodeQueued({ kind, acceptedAt, fingerprint, chunk: 'c-1' });
  await redis.set(recordKey(KEYS, LEDGER, command.id), queued);
  await redis.config('SET', 'maxmemory', '1');
  try {
    await expect(redis.set('more', 'x')).rejects.toThrow(/OOM/);
    await publish(1, 5n, 'BRL/2', { ...ALL, balances: false });
    expect(await record()).toMatchObject({ status: 'posted' });
  } finally {
    await redis.config('SET', 'maxmemory', '512mb');
  }
});

test('a commit of thousands is published whole', async () => {
  const commands = Array.from({ length: 2_000 }, (_, i) => transfer(LEDGER, `world>user:${i} 1`));
  await publishCommit(
    redis,
    KEYS,
    {
      commands,
      results: commands.map((_, i) => ({
        outcome: outcome(i + 1),
        replay: false,
        conflict: false,
      })),
      targets: [],
      balances: commands.map((_, i) => balanceOf(`user:${i}`, 1, 1n, 'BRL/2')),
      heads: [],
    },
    ALL,
  );
  expect(await redis.dbsize()).toBe(4_000);
});

test('what a command of the same commit acted on is published as it is after that', async () => {
  const capture: Command = {
    ...{ ledgerUid: LEDGER, id: randomUUID(), kind: 'capture', target: command.id, amount: null },
    ...{ final: true, fingerprint: command.fingerprint, acceptedAt: command.acceptedAt },
  };
  const results = [1, 2].map((sequence) => {
    return { outcome: outcome(sequence), replay: false, conflict: false };
  });
  const after = { ...outcome(1), version: 2, status: 'released' } as const;
  for (const commands of [
    [command, capture],
    [capture, command],
  ]) {
    await redis.flushall();
    const targets = [{ ledgerUid: LEDGER, id: command.id, outcome: after }];
    await publishCommit(redis, KEYS, { commands, results, targets, balances: [], heads: [] }, ALL);
    expect(await record()).toEqual(decodeRecord(encodeOutcome(after)));
  }
});

async function publish(
  version: number,
  posted: bigint,
  asset = 'BRL/2',
  retention = ALL,
): Promise<void> {
  const commit: Commit = {
    commands: [command],
    results: [{ outcome: outcome(version), replay: false, conflict: false }],
    targets: [],
    balances: [balanceOf('alice', version, posted, asset)],
    heads: [],
  };
  await publishCommit(redis, KEYS, commit, retention);
}

function outcome(sequence: number): Outcome {
  const { kind, fingerprint, acceptedAt } = command;
  const at = { acceptedAt, postedAt: acceptedAt };
  return {
    ...at,
    version: sequence,
    status: 'posted',
    kind,
    sequence,
    fingerprint,
    rejection: null,
  };
}

function balanceOf(address: string, version: number, posted: bigint, asset: string) {
  const limits = { overdraftLimit: 0n, maxBalance: null };
  return { ledgerUid: LEDGER, address, asset, id: 1, posted, held: 0n, version, ...limits };
}

async function record() {
  return decodeRecord((await redis.get(recordKey(KEYS, LEDGER, command.id))) ?? '');
}

async function balance(asset = 'BRL/2'): Promise<string | null> {
  return redis.get(balanceKey(KEYS, LEDGER, 'alice', asset));
}
