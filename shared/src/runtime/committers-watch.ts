import type { Redis } from 'ioredis';
import { COMMITTER_SILENT_MS, COMMITTERS_READ_MS } from '../contract/limits.ts';
import { askRegularly } from './ask-regularly.ts';
import type { Installation } from './installation.ts';
import { committersKey } from './keys.ts';
import { toMilliseconds } from './redis-time.ts';
import { defineScript, runScript } from './script.ts';

/** What was read is worth nothing after so long. */
const AGE_MS_MAX = 3 * COMMITTERS_READ_MS;

/** KEYS: the committers. */
const SPOKE = defineScript(`return { redis.call('TIME'), redis.call('HGETALL', KEYS[1]) }`);

/** Which shards have nobody who posts, as all processes see it. */
export type CommittersWatch = {
  readonly shards: number;
  /** Shards whose committer has said nothing for some seconds; null where Redis cannot be asked. */
  without(): number[] | null;
  stop(): void;
};

/**
 * Reads every second when the committers said last that they work, once the installation is known. `redis` stays the
 * caller's.
 */
export function watchCommitters(
  redis: Redis,
  installation: Pick<Installation, 'known' | 'id'>,
  shards: number,
): CommittersWatch {
  let without: number[] = [];
  let readAt = Number.NEGATIVE_INFINITY;

  async function read(): Promise<void> {
    if (!installation.known()) return;
    const key = committersKey(installation.id());
    const [time, said] = (await runScript(redis, SPOKE, [key], [])) as [unknown, string[]];
    const now = toMilliseconds(time);
    const spoke = new Map<number, number>();
    for (let i = 0; i < said.length; i += 2) spoke.set(Number(said[i]), Number(said[i + 1]));
    const all = Array.from({ length: shards }, (_, shard) => shard);
    without = all.filter((shard) => now - (spoke.get(shard) ?? 0) > COMMITTER_SILENT_MS);
    readAt = performance.now();
  }

  const look = askRegularly(redis, COMMITTERS_READ_MS, read);
  return {
    shards,
    without: () =>
      redis.status === 'ready' && performance.now() - readAt < AGE_MS_MAX ? without : null,
    stop: look.stop,
  };
}
