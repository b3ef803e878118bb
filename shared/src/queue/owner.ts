import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { OWNER_BEAT_MS, OWNER_KEPT_MS, OWNER_SILENT_MS } from '../contract/limits.ts';
import { askRegularly } from '../runtime/ask-regularly.ts';
import { committersKey, ownerKey } from '../runtime/keys.ts';
import type { RedisGuard } from '../runtime/redis-guard.ts';
import { toMilliseconds } from '../runtime/redis-time.ts';
import { defineScript, runScript } from '../runtime/script.ts';

const EXIT_MS_MAX = 500;
/** Beats of which one may be missing. */
const GAP_MS_MAX = 2.5 * OWNER_BEAT_MS;

/**
 * A process as the one that has chunks in hand. It says every second, by Redis's clock, that it lives, and at the beginning of
 * an orderly end that it ends: so whoever finds what it left behind can tell whether it died with it.
 */
export type Owner = {
  /** New with each process. */
  readonly id: string;
  /** From now on the shard has a committer that works, until `release`. */
  hold(shard: number): void;
  release(shard: number): void;
  /** Redis has answered without a gap for so long that who is silent there is so by itself. */
  steady(): boolean;
  /** Says that the process ends in order. Waits for half a second at most. */
  exit(): Promise<void>;
  stop(): void;
};

/**
 * Also where Redis is full: else all were silent.
 * KEYS: the process, the committers; ARGV: how long it is kept (ms), what follows the time, shards that it commits.
 */
const BEAT = defineScript(`#!lua flags=allow-oom
local time = redis.call('TIME')
local now = string.format('%d', time[1] * 1000 + math.floor(time[2] / 1000))
redis.call('SET', KEYS[1], now .. ARGV[2], 'PX', ARGV[1])
for i = 3, #ARGV do redis.call('HSET', KEYS[2], ARGV[i], now) end
`);

/**
 * Begins to say, in an installation, that the process lives, once Redis may be worked with: nothing is written to one that never
 * was ours. After that it goes on whatever becomes of Redis, as silence is taken for death. `redis` stays the caller's.
 */
export function createOwner(
  redis: Redis,
  guard: Pick<RedisGuard, 'usable'>,
  installation: string,
): Owner {
  const id = randomUUID();
  const shards = new Set<number>();
  let state = '';
  let begun = false;
  let answeredAt = Number.NEGATIVE_INFINITY;
  let steadySince = Number.POSITIVE_INFINITY;

  async function say(): Promise<void> {
    begun ||= guard.usable();
    if (!begun) return;
    await runScript(
      redis,
      BEAT,
      [ownerKey(installation, id), committersKey(installation)],
      [OWNER_KEPT_MS, state, ...shards],
    );
    const now = performance.now();
    if (now - answeredAt > GAP_MS_MAX) steadySince = now;
    answeredAt = now;
  }

  const beat = askRegularly(redis, OWNER_BEAT_MS, say);
  return {
    id,
    hold(shard) {
      shards.add(shard);
      beat.now();
    },
    release: (shard) => void shards.delete(shard),
    steady() {
      const now = performance.now();
      return now - answeredAt < GAP_MS_MAX && now - steadySince > OWNER_SILENT_MS;
    },
    async exit() {
      state = ' exited';
      await Promise.race([say().catch(() => {}), delay(EXIT_MS_MAX, undefined, { ref: false })]);
    },
    stop: beat.stop,
  };
}

/** What became of a process: `open` while that cannot be told yet. */
export type OwnerFate = 'died' | 'survived' | 'open';

/** What processes said last. `now` is Redis's clock (ms). */
export type OwnersSaid = {
  now: number;
  /**
   * What became of a process since something that it had was taken from it (ms, Redis's clock). It survived if it spoke after
   * that, ended in order, or is not known any more; it died if it has said nothing for long.
   */
  fateOf(owner: string, since: number): OwnerFate;
};

/** KEYS: processes. */
const SAID = defineScript(`return { redis.call('TIME'), redis.call('MGET', unpack(KEYS)) }`);

/** Reads what these processes, one at least, said last, at one instant. */
export async function readOwners(
  redis: Redis,
  installation: string,
  owners: readonly string[],
): Promise<OwnersSaid> {
  const ids = [...new Set(owners)];
  const keys = ids.map((id) => ownerKey(installation, id));
  const [time, said] = (await runScript(redis, SAID, keys, [])) as [unknown, (string | null)[]];
  const now = toMilliseconds(time);
  const lines = new Map(ids.map((id, i) => [id, said[i]]));
  return {
    now,
    fateOf(owner, since) {
      const [at, exited] = lines.get(owner)?.split(' ') ?? [];
      if (at === undefined || exited !== undefined || Number(at) > since) return 'survived';
      return now - Number(at) > OWNER_SILENT_MS ? 'died' : 'open';
    },
  };
}
