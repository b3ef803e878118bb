import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { until } from '@razao/stack/test/until.ts';
import { startTestRedis, type TestRedis } from '@razao/stack/test-redis.ts';
import type { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Durability } from './env-schema.ts';
import { createLog } from './log.ts';
import { openFailFastRedis, openPatientRedis } from './redis.ts';
import { guardRedis, type RedisGuard } from './redis-guard.ts';

const GOOD = {
  appendonly: 'yes',
  appendfsync: 'always',
  'no-appendfsync-on-rewrite': 'no',
  'maxmemory-policy': 'noeviction',
  maxmemory: '2147483648',
};

let server: TestRedis;
let admin: Redis;
let redis: Redis;
const guards: RedisGuard[] = [];

beforeAll(async () => {
  server = await startTestRedis();
  admin = openPatientRedis(server.url);
});
afterAll(async () => {
  admin?.disconnect();
  await server?.remove();
});
beforeEach(() => {
  redis = openPatientRedis(server.url);
});
afterEach(async () => {
  for (const guard of guards.splice(0)) guard.stop();
  redis.disconnect();
  for (const [name, value] of Object.entries(GOOD)) await admin.config('SET', name, value);
});

/** A setting with which Redis loses what it acknowledged, or hands nothing out when it is full. */
const WRONG = [
  ['appendonly', 'no', 'appendonly is no, not yes'],
  ['appendfsync', 'everysec', 'appendfsync is everysec, not always'],
  ['appendfsync', 'no', 'appendfsync is no, not always'],
  ['no-appendfsync-on-rewrite', 'yes', 'no-appendfsync-on-rewrite is yes, not no'],
  ['maxmemory-policy', 'allkeys-lru', 'maxmemory-policy is allkeys-lru, not noeviction'],
  ['maxmemory', '0', 'maxmemory is not set'],
] as const;

describe('invariant 1: Redis is worked with', () => {
  test('only once its configuration was read and is durable', async () => {
    const guard = openGuard('checked');
    expect([guard.usable(), guard.fault()]).toEqual([false, 'not connected']);
    await until('it is usable', guard.usable);
    expect(guard.fault()).toBeNull();
  });

  test.each(WRONG)('not with %s %s, found after a reconnect', async (name, value, fault) => {
    const guard = openGuard('checked');
    await until('it is usable', guard.usable);
    await admin.config('SET', name, value);
    await reconnect();
    await until('the fault is found', () => guard.fault() !== 'not connected');
    expect(guard.usable()).toBe(false);
    expect(guard.fault()).toBe(`Redis would lose accepted writes: ${fault}`);
  });

  test('not with several faults, all of them named', async () => {
    await admin.config('SET', 'appendfsync', 'everysec');
    await admin.config('SET', 'maxmemory', '0');
    const guard = openGuard('checked');
    await until('they are found', () => guard.fault() !== 'not connected');
    expect(guard.fault()).toMatch(/appendfsync is everysec, not always, maxmemory is not set$/);
  });

  test('again, without a restart, once the setting is mended', async () => {
    await admin.config('SET', 'appendfsync', 'everysec');
    const guard = openGuard('checked');
    await until('it is found', () => guard.fault() !== 'not connected');
    await admin.config('SET', 'appendfsync', 'always');
    await until('it is usable', guard.usable, 8_000);
  });

  test('not while it is away, and not before it was read anew', async () => {
    const guard = openGuard('checked');
    await until('it is usable', guard.usable);
    await server.kill();
    await until('it is not', () => !guard.usable());
    expect(guard.fault()).toBe('not connected');
    await server.start();
    await until('it is usable', guard.usable);
  });

  test('not where the configuration may not be read', async () => {
    await admin.call('ACL', 'SETUSER', 'default', '-config');
    try {
      const guard = openGuard('checked');
      await until('it is found', () => guard.fault() !== 'not connected');
      expect(guard.fault()).toMatch(/could not be read: NOPERM/);
      const vouched = openGuard('asserted');
      await until('it is usable', vouched.usable);
    } finally {
      await admin.call('ACL', 'SETUSER', 'default', '+config');
    }
  });
});

describe.each(['checked', 'relaxed', 'asserted'] as const)(
  'whatever is said of durability (%s), Redis is worked with',
  (durability) => {
    test('not while it is a replica, which it may become at any time, and again once it is a primary', async () => {
      const guard = openGuard(durability);
      await until('it is usable', guard.usable);
      await admin.replicaof('127.0.0.1', 1);
      try {
        await until('it is found', () => guard.fault() !== null);
        expect(guard.usable()).toBe(false);
        const faults = new Set<string | null>();
        const ids = new Set<number>();
        for (let i = 0; i < 40; i++) {
          faults.add(guard.fault());
          await redis.client('ID').then((id) => ids.add(id as number));
          await delay(50);
        }
        // It connects over and over, as the primary may be found at this address, and says the same all the time.
        expect([...faults]).toEqual(['Redis is a replica']);
        expect(ids.size).toBeGreaterThan(1);
      } finally {
        await admin.replicaof('NO', 'ONE');
      }
      await until('it is usable', guard.usable);
    });

    test('not where it is a replica from the start', async () => {
      await admin.replicaof('127.0.0.1', 1);
      try {
        const guard = openGuard(durability);
        await until('it is found', () => guard.fault() !== 'not connected');
        expect([guard.usable(), guard.fault()]).toEqual([false, 'Redis is a replica']);
      } finally {
        await admin.replicaof('NO', 'ONE');
      }
    });
  },
);

test('a replica that is gone is not connected', async () => {
  const guard = openGuard('checked');
  await until('it is usable', guard.usable);
  await admin.replicaof('127.0.0.1', 1);
  await until('it is found', () => guard.fault() === 'Redis is a replica');
  await server.kill();
  await until('it is gone', () => guard.fault() === 'not connected');
  await server.start();
  await until('it is usable', guard.usable);
});

test.each([openFailFastRedis, openPatientRedis])(
  'a write that a replica refuses fails at once, and its connection is replaced (%o)',
  async (open) => {
    const connection = open(server.url);
    try {
      await until('it is ready', () => connection.status === 'ready');
      const before = await connection.client('ID');
      await admin.replicaof('127.0.0.1', 1);
      const again = once(connection, 'ready');
      await expect(connection.set('key', 'value')).rejects.toThrow(/^READONLY/);
      await again;
      expect(await connection.client('ID')).not.toBe(before);
    } finally {
      await admin.replicaof('NO', 'ONE');
      connection.disconnect();
    }
  },
);

test.each(['checked', 'relaxed', 'asserted'] as const)(
  'a node of a Redis Cluster is not worked with, although it has all slots and is durable (%s)',
  async (durability) => {
    const node = await startTestRedis({ cluster: true });
    const connection = openPatientRedis(node.url);
    try {
      await connection.cluster('ADDSLOTSRANGE', 0, 16_383);
      const guard = guardRedis(connection, durability, createLog('test', 'silent'));
      guards.push(guard);
      await until('it is found', () => guard.fault() !== 'not connected');
      expect([guard.usable(), guard.fault()]).toEqual([
        false,
        'Redis Cluster is not supported yet',
      ]);
    } finally {
      connection.disconnect();
      await node.remove();
    }
  },
);

describe('the operator may', () => {
  test('accept the loss: DURABILITY=relaxed works with any setting', async () => {
    await admin.config('SET', 'appendfsync', 'everysec');
    const guard = openGuard('relaxed');
    await until('it is usable', guard.usable);
    expect(guard.fault()).toBeNull();
  });

  test('vouch for it: DURABILITY=asserted reads nothing', async () => {
    await admin.config('SET', 'appendfsync', 'everysec');
    const guard = openGuard('asserted');
    await until('it is usable', guard.usable);
    expect(guard.fault()).toBeNull();
  });
});

function openGuard(durability: Durability): RedisGuard {
  const guard = guardRedis(redis, durability, createLog('test', 'silent'));
  guards.push(guard);
  return guard;
}

async function reconnect(): Promise<void> {
  const closed = once(redis, 'close');
  await admin.call('CLIENT', 'KILL', 'ID', String(await redis.client('ID')));
  await closed;
}
