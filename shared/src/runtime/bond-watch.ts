import type { Redis } from 'ioredis';
import { BOND_WATCH_MS } from '../contract/limits.ts';
import { mendOlderRedis } from '../queue/older-redis.ts';
import {
  type Bond,
  type BondStore,
  type Compared,
  compareStores,
  encodeBond,
  faulty,
  foreignDatabase,
} from './bond.ts';
import { allShardKeys, BOND_KEY, haltKey, type ShardKeys } from './keys.ts';
import type { Logger } from './log.ts';
import { haltForLoss, type ReadHeads } from './lost-postings.ts';

/** Whether the two stores of a process belong together, as of about a second ago. */
export type BondWatch = {
  /** Postgres and Redis, as they belong together; null while they do not, or that is not known. */
  bond(): Bond | null;
  fault(): string | null;
  /** The fault, where the stores do not belong together; null where they do, and where that is not known. */
  apart(): string | null;
  stop(): void;
};

export type BondWatchOptions = {
  redis: Redis;
  store: BondStore;
  /** What this process works for: its keys are of it. */
  installation: string;
  shards: number;
  log: Logger;
};

const UNKNOWN = 'the stores were not compared yet';

/**
 * Compares the stores now, after every reconnect of Redis, and looks each second whether both still say the same: a Redis that
 * was emptied, or halted by another process, is noticed without a reconnect, and a database that another one took the
 * place of. Each server of Postgres that answers is looked at once, whether it has all that was posted. Each commit looks at the
 * database besides.
 */
export function watchBond(options: BondWatchOptions): BondWatch {
  const { redis, store, installation, shards, log } = options;
  let bond: Bond | null = null;
  /** The last one that both stores agreed on: with it a Redis can be compared while Postgres is away. */
  let agreed: Bond | null = null;
  let fault: string | null = UNKNOWN;
  let apart = false;
  let connection = 0;
  /** The server that lacked nothing. */
  let complete: string | undefined;
  const all = allShardKeys(installation, shards);
  const lookForAge = createAgeLook(options, all);
  const timer = setTimeout(look, BOND_WATCH_MS);

  function settle(found: Compared): void {
    if (found.fault !== null && found.fault !== fault) log.error({ installation }, found.fault);
    bond = found.bond;
    apart = found.fault !== null;
    agreed = found.bond ?? agreed;
    fault = found.fault;
  }

  async function compare(): Promise<Compared> {
    const same = agreed !== null && (await saysTheSame(options, agreed));
    const found = same
      ? ({ bond: agreed, fault: null } as Compared)
      : await compareStores(redis, store, shards);
    if (found.bond === null) return found;
    const lost = foreignDatabase(installation, found.bond) ?? (await lookForLoss());
    if (lost !== null) return faulty(lost);
    await lookForAge(connection);
    return found;
  }

  async function lookForLoss(): Promise<string | null> {
    const server = store.last()?.server;
    if (server === undefined || server === complete) return null;
    const readStored = readHeadsOn(server, store, installation);
    const { fault } = await haltForLoss(redis, all, installation, readStored);
    if (fault === null) complete = server;
    return fault;
  }

  async function look(): Promise<void> {
    const mine = connection;
    try {
      const stored = store.last();
      const foreign = stored && foreignDatabase(installation, stored);
      if (foreign) return settle(faulty(foreign));
      if (redis.status !== 'ready') return;
      const found = await compare();
      if (mine === connection) settle(found);
    } catch (error) {
      if (bond === null) fault = `the stores could not be compared: ${(error as Error).message}`;
    } finally {
      timer.refresh();
    }
  }

  function onReady(): void {
    connection += 1;
    bond = null;
    apart = false;
    fault = UNKNOWN;
    void look();
  }

  redis.on('ready', onReady);
  void look();
  return {
    bond: () => bond,
    fault: () => fault,
    apart: () => (apart ? fault : null),
    stop() {
      redis.off('ready', onReady);
      clearTimeout(timer);
    },
  };
}

/** Whether both stores still say what they agreed on before. */
async function saysTheSame(
  { redis, store, installation }: BondWatchOptions,
  before: Bond,
): Promise<boolean> {
  const noted = store.last()?.redis ?? before.redis;
  const [line, halted] = await redis.mget(BOND_KEY, haltKey(installation));
  return noted === before.redis && line === encodeBond(before) && halted === null;
}

/** Of another server than this one nothing is concluded: it may be none of ours, or a standby that is behind. */
function readHeadsOn(server: string, store: BondStore, installation: string): ReadHeads {
  return async (uids) => {
    const { stored, heads } = await store.heads(uids);
    if (stored.server !== server || stored.recovering || foreignDatabase(installation, stored))
      throw new Error('another server of Postgres answers now');
    return heads;
  };
}

/**
 * Looks once for each connection, as soon as Postgres answers, whether Redis went back, and makes it forget what it remembers
 * then: while it is connected no Redis goes back.
 */
function createAgeLook(
  { redis, store, installation, log }: BondWatchOptions,
  shards: readonly ShardKeys[],
): (connection: number) => Promise<void> {
  let looked: number | undefined;
  return async (connection) => {
    if (looked === connection || store.last() === null) return;
    const mended = await mendOlderRedis(redis, shards, await store.newest());
    looked = connection;
    if (mended.length === 0) return;
    const text =
      'Redis was older than the database: it forgot what it knew, and for an hour ids are looked up in the database; what was accepted since and not posted is lost';
    log.error({ installation, shards: mended }, text);
  };
}
