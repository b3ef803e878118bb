import type { Command } from '@razao/shared/contract/command.ts';
import { FLUSH_MS_MAX } from '@razao/shared/contract/limits.ts';
import { instantText } from '@razao/shared/contract/time.ts';
import type { Clock } from '@razao/shared/runtime/clock.ts';
import type { Reading } from '@razao/shared/runtime/server-time.ts';
import type { Pending } from './gather.ts';

/**
 * Gives the commands of a chunk the instant of their acceptance: now, when the chunk sets out for the queue, however long they
 * have waited. The end of a hold moves along. Returns until when the chunk may enter the queue, by Redis's clock, in ms since
 * the epoch: so that what is sent later than `EXPIRY_GRACE_MS` after an instant stands behind all that was accepted before it.
 */
export function stamp(chunk: readonly Pending[], clock: Clock, redis: Reading): number {
  const now = Math.floor(clock.now());
  for (const { command, bulk } of chunk) {
    if (bulk === null) accept(command, now);
    else for (const member of bulk) accept(member, now);
  }
  // Each of the two clocks may be read wrong: the time is as short as it may have to be.
  return redis.now - redis.errorMs + FLUSH_MS_MAX - clock.errorMs();
}

function accept(command: Command, now: number): void {
  if (command.kind === 'hold') {
    const lifeMs = Date.parse(command.expiresAt) - Date.parse(command.acceptedAt);
    command.expiresAt = instantText(now + lifeMs);
  }
  command.acceptedAt = instantText(now);
}
