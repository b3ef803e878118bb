import type { Redis } from 'ioredis';
import { BOND_WATCH_MS } from '../contract/limits.ts';
import {
  type Bond,
  type BondStore,
  compareStores,
  encodeBond,
  foreignDatabase,
  withRemedy,
} from './bond.ts';
import { BOND_KEY, haltKey } from './keys.ts';
import type { Logger } from './log.ts';

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
 * place of. Each commit looks at the database besides.
 */
export function watchBond({
  redis,
  store,
  installation,
  shards,
  log,
}: BondWatchOptions): BondWatch {
  let bond: Bond | null = null;
  /** The last one that both stores agreed on: with it a Redis can be compared while Postgres is away. */
  let agreed: Bond | null = null;
  let fault: string | null = UNKNOWN;
  let apart = false;
  let connection = 0;
  const timer = setTimeout(look, BOND_WATCH_MS);

  function settle(found: Bond | null, text: string | null): void {
    if (text !== null && text !== fault) log.error({ installation }, text);
    bond = found;
    apart = text !== null;
    agreed = found ?? agreed;
    fault = text;
  }

  async function compare(): Promise<void> {
    const mine = connection;
    const compared = await compareStores(redis, store, shards);
    if (mine !== connection) return;
    const foreign = compared.bond && foreignDatabase(installation, compared.bond);
    if (foreign) settle(null, withRemedy(foreign));
    else settle(compared.bond, compared.fault);
  }

  async function saysTheSame(): Promise<boolean> {
    if (agreed === null) return false;
    const noted = store.last()?.redis ?? agreed.redis;
    const [line, halted] = await redis.mget(BOND_KEY, haltKey(installation));
    return noted === agreed.redis && line === encodeBond(agreed) && halted === null;
  }

  async function look(): Promise<void> {
    const mine = connection;
    try {
      const stored = store.last();
      const foreign = stored && foreignDatabase(installation, stored);
      if (foreign) return settle(null, withRemedy(foreign));
      if (redis.status !== 'ready') return;
      const same = await saysTheSame();
      if (mine !== connection) return;
      if (same) settle(agreed, null);
      else await compare();
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
