import type { Service } from '@razao/stack/services/service.ts';
import { until } from '@razao/stack/test/until.ts';
import { Redis } from 'ioredis';
import type { Random } from '../random.ts';
import { between, type Fault, type Scene, wait } from './fault.ts';

const SYNC_MS_MAX = 20_000;
/** Longer than the switch takes; it ends with it. */
const WRITES_PAUSED_MS = 5_000;
const AFTER_MS = { least: 0, most: 3_000 };

/**
 * Redis is swapped for its replica: nothing acknowledged is lost, since the replica has everything before it is promoted. New
 * connections lead to the new one; the old ones stay, and those at their other end are told that it only reads.
 */
export function createReplica(random: Random): Fault {
  const afterMs = between(random, AFTER_MS.least, AFTER_MS.most);
  let old: Service | undefined;
  let next: Service | undefined;
  return {
    drawn: `and ${afterMs} ms`,
    async prepare(scene) {
      next = await openReplica(scene);
    },
    async strike(scene) {
      if (next === undefined) throw new Error('there is no replica');
      old = scene.stack.redises.primary;
      await swap(scene, old, next);
      await wait(scene, afterMs);
    },
    async heal() {},
    async settle({ stack }) {
      const left = old === undefined ? next : old;
      if (left !== undefined) await stack.redises.discard(left);
      return [];
    },
  };
}

/** An empty Redis that has all the primary has, and follows it. */
async function openReplica({ stack, signal }: Scene): Promise<Service> {
  const replica = await stack.redises.open();
  const { hostname, port } = new URL(stack.redisUrl);
  await withServer(replica.url, async (redis) => {
    await redis.replicaof(hostname, Number(port));
    const inSync = async () => /master_link_status:up/.test(await redis.info('replication'));
    await until('the replica is in sync', inSync, SYNC_MS_MAX, signal);
  });
  return replica;
}

async function swap({ stack }: Scene, old: Service, next: Service): Promise<void> {
  await withServer(old.url, (from) =>
    withServer(next.url, async (to) => {
      await from.call('CLIENT', 'PAUSE', WRITES_PAUSED_MS, 'WRITE');
      try {
        const offset = async (redis: Redis, name: string) =>
          new RegExp(`${name}:(\\d+)`).exec(await redis.info('replication'))?.[1];
        const last = await offset(from, 'master_repl_offset');
        await until(
          'the replica has everything',
          async () =>
            Number(await offset(to, 'slave_repl_offset')) >= Number(last) &&
            (await offset(from, 'master_repl_offset')) === last,
          WRITES_PAUSED_MS / 2,
        );
        await to.replicaof('NO', 'ONE');
        const { hostname, port } = new URL(next.url);
        await from.replicaof(hostname, Number(port));
        stack.redises.promote(next);
      } finally {
        await from.call('CLIENT', 'UNPAUSE');
      }
    }),
  );
}

async function withServer<T>(url: string, use: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(url);
  redis.on('error', () => {});
  try {
    return await use(redis);
  } finally {
    redis.disconnect();
  }
}
