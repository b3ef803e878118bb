import type { Job, Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { DRAIN_RATE_KEPT_MS } from '../../contract/limits.ts';
import { backlogKey, drainRateKey, type ShardKeys } from '../../runtime/keys.ts';
import { runScript } from '../../runtime/script.ts';
import type { Amount } from './count-commands.ts';
import { LOWER, RECOUNT } from './scripts.ts';

/** What waits or is active in a shard, in all; `rate`: commands that are posted per second, null where that is not known. */
export type Backlog = Amount & { chunks: number; rate: number | null };

/** What is asked of the hash of a backlog; `toBacklog` reads the reply. */
export const BACKLOG_FIELDS = ['chunks', 'commands', 'bytes'] as const;

export function toBacklog(
  reply: readonly (string | null | undefined)[],
  rate: string | null | undefined,
): Backlog {
  const [chunks = 0, commands = 0, bytes = 0] = reply.map(toCount);
  return { chunks, commands, bytes, rate: Number(rate ?? 0) > 0 ? Number(rate) : null };
}

/** A shard's backlog, and what each of these ledgers has of it. */
export async function readBacklog(
  redis: Redis,
  keys: ShardKeys,
  ledgerUids: readonly string[] = [],
): Promise<{ total: Backlog; ledgers: Amount[] }> {
  const fields = ledgerUids.flatMap((uid) => [`c:${uid}`, `b:${uid}`]);
  const [reply, rate] = await Promise.all([
    redis.hmget(backlogKey(keys), ...BACKLOG_FIELDS, ...fields),
    redis.get(drainRateKey(keys)),
  ]);
  const own = reply.slice(BACKLOG_FIELDS.length).map(toCount);
  const ledgers = ledgerUids.map((_, i) => ({
    commands: own[2 * i] ?? 0,
    bytes: own[2 * i + 1] ?? 0,
  }));
  return { total: toBacklog(reply, rate), ledgers };
}

/** A number may be gone, and for a moment less than none, after the hash was lost. */
function toCount(text: string | null | undefined): number {
  return Math.max(0, Number(text ?? 0));
}

/** Whether a backlog counts another number of chunks than there are. For a moment it does whenever one is taken out. */
export async function isMiscounted(redis: Redis, queue: Queue): Promise<boolean> {
  const replies = await redis
    .multi()
    .hget(queue.toKey('backlog'), 'chunks')
    .llen(queue.toKey('wait'))
    .llen(queue.toKey('active'))
    .exec();
  const [noted, waiting, active] = (replies ?? []).map(([error, reply]) => {
    if (error) throw error;
    return Number(reply);
  });
  return noted !== Number(waiting) + Number(active);
}

/** Counts a shard's backlog anew from the jobs that are there: it may have been lost, or a process died just when it mattered. */
export async function recountBacklog(redis: Redis, queue: Queue): Promise<void> {
  const keys = ['backlog', 'wait', 'active'].map((part) => queue.toKey(part));
  await runScript(redis, RECOUNT, keys, [queue.toKey('')]);
}

/**
 * Takes chunks that are done out of the count: with the token that each was fetched with, and before it is taken out of the queue.
 * `rate` is told along, where it is known.
 */
export async function lowerBacklog(
  redis: Redis,
  queue: Queue,
  jobs: readonly Pick<Job, 'id' | 'token'>[],
  rate: number | null = null,
): Promise<void> {
  if (jobs.length === 0) return;
  const keys = ['backlog', 'active', 'rate'].map((part) => queue.toKey(part));
  const told = rate === null ? '' : rate.toFixed(1);
  const chunks = jobs.flatMap(({ id = '', token = '' }) => [id, token]);
  const args = [queue.toKey(''), told, DRAIN_RATE_KEPT_MS, ...chunks];
  await redis.eval(LOWER, keys.length, ...keys, ...args);
}
