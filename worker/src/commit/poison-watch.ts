import type { Command } from '@razao/shared/contract/command.ts';
import {
  DEATHS_BEFORE_REJECTION,
  PROCESSING_FAILED_PER_MINUTE_MAX,
} from '@razao/shared/contract/limits.ts';
import { attemptsKey, type ShardKeys } from '@razao/shared/runtime/keys.ts';
import type { Redis } from 'ioredis';
import { transactionKey } from './state.ts';

const MINUTE_MS = 60_000;

/** Counts what could not be processed, an atomic bulk once: more than a few within a minute are no accident of theirs. */
export function createFailureWindow(now: () => number = Date.now): {
  add(): void;
  full(): boolean;
} {
  let times: number[] = [];
  return {
    add: () => times.push(now()),
    full() {
      times = times.filter((time) => now() - time < MINUTE_MS);
      return times.length >= PROCESSING_FAILED_PER_MINUTE_MAX;
    },
  };
}

/**
 * Notes in Redis, before a group of a suspect chunk is applied, that it is being tried; `condemned` is true once that many
 * processes have died while trying it. A group, of one command or of the members of an atomic bulk, goes by its first id.
 */
export async function noteAttempt(
  redis: Redis,
  keys: ShardKeys,
  group: readonly Command[],
): Promise<{ condemned: boolean }> {
  const attempt = await redis.hincrby(attemptsKey(keys), keyOf(group), 1);
  return { condemned: attempt > DEATHS_BEFORE_REJECTION };
}

/** Takes an attempt back that ended without a commit, but not with a death. */
export async function withdrawAttempt(
  redis: Redis,
  keys: ShardKeys,
  group: readonly Command[],
): Promise<void> {
  await redis.hincrby(attemptsKey(keys), keyOf(group), -1);
}

/** Forgets the attempts at a group that was survived. */
export async function forgetAttempts(
  redis: Redis,
  keys: ShardKeys,
  group: readonly Command[],
): Promise<void> {
  await redis.hdel(attemptsKey(keys), keyOf(group));
}

function keyOf([first]: readonly Command[]): string {
  return first ? transactionKey(first.ledgerUid, first.id) : '';
}
