import type { Redis } from 'ioredis';
import type { Bond, BondStore } from './bond.ts';
import { type BondWatch, watchBond } from './bond-watch.ts';
import { type ShardKeys, shardKeys } from './keys.ts';
import type { Logger } from './log.ts';
import type { RedisGuard } from './redis-guard.ts';
import type { Service } from './service.ts';
import { tryUntilDone } from './try-until-done.ts';

/** The installation that a process works for. It starts once the database has told which that is. */
export type Installation = Service & {
  /** Whether it has started: until then `id` and `keys` throw. */
  known(): boolean;
  id(): string;
  keys(shard: number): ShardKeys;
  /** Postgres and Redis, as they belong together; null while they do not, or that is not known. */
  bond(): Bond | null;
  /** Why nothing may be accepted or posted; null where it may. */
  fault(): string | null;
  /** The fault, where the stores do not belong together; null where they do, and where that is not known. */
  apart(): string | null;
  /** Usable where Redis is, and where it belongs to the installation. */
  guard: RedisGuard;
};

export type InstallationOptions = {
  redis: Redis;
  guard: RedisGuard;
  store: BondStore;
  shards: number;
  /** Compares the number of shards with the database's. */
  agree: () => Promise<void>;
  /** What no further attempt can mend. */
  fatal: (error: unknown) => boolean;
  log: Logger;
};

export function createInstallation(options: InstallationOptions): Installation {
  const { redis, guard, store, shards, log } = options;
  let id: string | undefined;
  let watch: BondWatch | undefined;
  let stopped = false;

  const asking = tryUntilDone({
    name: 'installation',
    async attempt() {
      await options.agree();
      const { installation } = await store.read();
      if (installation === null) throw new Error('the database has no installation: migrate it');
      id = installation;
    },
    fatal: options.fatal,
    log,
  });
  const bond = () => watch?.bond() ?? null;
  const fault = () => (watch ? watch.fault() : 'the installation is not known yet');

  function knownId(): string {
    if (id === undefined) throw new Error('the installation is not known yet');
    return id;
  }

  return {
    name: 'installation',
    known: () => id !== undefined,
    id: knownId,
    keys: (shard) => shardKeys(knownId(), shard),
    bond,
    fault,
    apart: () => watch?.apart() ?? null,
    guard: {
      usable: () => guard.usable() && bond() !== null,
      fault: () => guard.fault() ?? fault(),
      stop: guard.stop,
    },
    async start() {
      await asking.start();
      if (id === undefined || stopped) return;
      watch ??= watchBond({ redis, store, installation: id, shards, log });
    },
    async stop() {
      stopped = true;
      await asking.stop();
      watch?.stop();
    },
  };
}
