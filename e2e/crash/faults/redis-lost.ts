import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { settleStores } from '../operator/settle-stores.ts';
import type { Random } from '../random.ts';
import {
  type BaseBackup,
  markPoint,
  restorePostgres,
  takeBaseBackup,
} from '../stack/postgres-copy.ts';
import { untilDrained } from '../verify/chunks.ts';
import { type Fault, ledgerOf, type Scene } from './fault.ts';
import { createProbe } from './probe.ts';

const WAITING = 5;

/**
 * Redis is lost with all that it holds, and an empty one takes its place; or both stores are lost, and Postgres is restored to
 * a point. What was posted by then stays; only what waited, or came after the point, may be missing.
 */
export function createRedisLost(random: Random): Fault {
  const both = random.chance(0.4);
  let backup: BaseBackup | undefined;
  return {
    drawn: both ? 'with Postgres, which is restored to a point' : 'alone',
    async prepare(scene) {
      if (both) backup = await takeBaseBackup(scene.stack);
      await scene.load.pause();
      await untilDrained(scene.stack, { signal: scene.signal });
      if (both) await markPoint(scene.stack, pointOf(scene));
    },
    async strike(scene) {
      const { stack } = scene;
      await Promise.all(stack.workers.map((worker) => worker.kill()));
      const probe = createProbe(scene, ledgerOf(scene), 'lost');
      for (let n = 0; n < WAITING; n++) await probe.deposit({ mayBeLost: true });
      await Promise.all(stack.apis.map((api) => api.stop()));
      await emptyRedis(scene);
      if (backup !== undefined) await restorePostgres(stack, backup, pointOf(scene));
      await settleStores(scene, {
        postgres: both ? 'to a point' : 'as it was',
        redis: 'lost',
      });
    },
    async heal({ stack, load, signal }) {
      signal.throwIfAborted();
      await Promise.all(stack.processes.map((process) => process.start()));
      load.resume();
    },
  };
}

function pointOf({ round }: Scene): string {
  return `redis-lost-${round}`;
}

async function emptyRedis({ stack, load }: Scene): Promise<void> {
  const from = Date.now();
  const { redis } = stack.services;
  await redis.kill();
  await rm(join(redis.where, 'appendonlydir'), { recursive: true, force: true });
  await redis.start();
  load.journal.told.losses.push({ from, to: Date.now() });
}
