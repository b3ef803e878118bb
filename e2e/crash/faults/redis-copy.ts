import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { until } from '@razao/stack/test/until.ts';
import { withRedis } from '../../support/open-world.ts';
import type { Random } from '../random.ts';
import { untilDrained } from '../verify/chunks.ts';
import { between, type Fault, type Scene, wait } from './fault.ts';
import { goOver } from './go-over.ts';

const SINCE_MS = { least: 200, most: 2_500 };
const REWRITTEN_MS_MAX = 60_000;
/** Of the youngest in each ledger: they are younger than the copy. */
const LOOKS = 12;

/**
 * Redis goes back to a copy of it, as after a restore, or a failover to a replica that was behind; Postgres and all processes stay as they
 * are. All that was accepted since then was posted, so nothing is lost; Redis just does not know it.
 */
export function createRedisCopy(random: Random): Fault {
  const sinceMs = between(random, SINCE_MS.least, SINCE_MS.most);
  return {
    drawn: `of ${sinceMs} ms before`,
    async prepare(scene) {
      await scene.load.pause();
      await untilDrained(scene.stack, { signal: scene.signal });
      await copyRedis(scene);
      scene.load.resume();
      await wait(scene, sinceMs);
      await scene.load.pause();
      await untilDrained(scene.stack, { signal: scene.signal });
    },
    async strike(scene) {
      const { redis } = scene.stack.services;
      await redis.kill();
      await rm(dataOf(scene), { recursive: true, force: true });
      await cp(copyOf(scene), dataOf(scene), { recursive: true });
      await redis.start();
      await goOver(scene, scene.ledgers, LOOKS);
    },
    async heal(scene) {
      scene.load.resume();
      await rm(copyOf(scene), { recursive: true, force: true });
    },
  };
}

/** As OPERATIONS.md says. */
async function copyRedis(scene: Scene): Promise<void> {
  await withRedis(scene.stack, async (redis) => {
    await redis.config('SET', 'auto-aof-rewrite-percentage', '0');
    await until(
      'nothing is rewritten',
      async () => (await redis.info('persistence')).includes('aof_rewrite_in_progress:0'),
      REWRITTEN_MS_MAX,
      scene.signal,
    );
    await cp(dataOf(scene), copyOf(scene), { recursive: true });
    await redis.config('SET', 'auto-aof-rewrite-percentage', '100');
  });
}

function dataOf({ stack }: Scene): string {
  return join(stack.services.redis.where, 'appendonlydir');
}

function copyOf({ stack }: Scene): string {
  return join(stack.services.redis.where, 'copy');
}
