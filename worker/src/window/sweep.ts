import { setTimeout as delay } from 'node:timers/promises';
import { toDigits } from '@razao/shared/contract/digits.ts';
import { SWEEP_KEYS, SWEEP_LEASE_MS } from '@razao/shared/contract/limits.ts';
import type { Clock } from '@razao/shared/runtime/clock.ts';
import { sweeperKey } from '@razao/shared/runtime/keys.ts';
import { runScript } from '@razao/shared/runtime/script.ts';
import type { Redis } from 'ioredis';
import type { Retention } from './retention.ts';
import { SWEEP } from './sweep-script.ts';

/** However short of memory Redis is: for so long a process that has lost its shard may go on without knowing it, and publish what is old. */
const LEAST_MS = 10_000;
const PAUSE_MS = 2;

export type Swept = { deleted: number; shortened: number };

export type SweepDeps = {
  redis: Redis;
  installation: string;
  clock: Pick<Clock, 'now'>;
  /** Of the process that sweeps. */
  owner: string;
  /** Asked before each step. */
  retention: () => Retention;
  signal: AbortSignal;
};

/**
 * Goes through all records and balances once, in small steps, and makes of what was written with a longer life what it would be if
 * it was written now. Null where another process does it, or the signal is given.
 */
export async function sweep(deps: SweepDeps): Promise<Swept | null> {
  const { redis, installation, clock, owner, retention, signal } = deps;
  const swept = { deleted: 0, shortened: 0 };
  let cursor = '0';
  do {
    const { seconds, balances, outcomes } = retention();
    const lifeMs = outcomes ? seconds * 1_000 : LEAST_MS;
    const instant = toDigits(Math.round((clock.now() - lifeMs) * 1_000));
    const step = (await runScript(
      redis,
      SWEEP,
      [sweeperKey(installation)],
      [
        ...[owner, SWEEP_LEASE_MS, cursor, keysOf(retention()), `{razao:${installation}:*}:[tb]:*`],
        ...[instant, lifeMs, balances ? 1 : 0],
      ],
    )) as [string, number, number] | null;
    if (step === null) return null;
    swept.deleted += step[1];
    swept.shortened += step[2];
    cursor = step[0];
    if (balances) await delay(PAUSE_MS);
    if (signal.aborted) return null;
  } while (cursor !== '0');
  return swept;
}

/**
 * A step holds up all else in Redis, so it is a small one while there is room. On a busy machine each step waits for its turn in
 * this process, too: where room is short fewer and larger ones keep pace with what is written.
 */
function keysOf({ balances, outcomes }: Retention): number {
  if (balances) return SWEEP_KEYS.atFirst;
  return outcomes ? SWEEP_KEYS.short : SWEEP_KEYS.full;
}
