import type { Redis } from 'ioredis';
import { BOND_WATCH_MS } from '../contract/limits.ts';
import { type Bond, type BondStore, compareStores, encodeBond } from './bond.ts';
import { BOND_KEY, haltKey } from './keys.ts';
import type { Logger } from './log.ts';

/** Whether the two stores of a process belong together, as of about a second ago. */
export type BondWatch = {
  /** Postgres and Redis, as they belong together; null while they do not, or that is not known. */
  bond(): Bond | null;
  fault(): string | null;
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
 * Compares the stores now, after every reconnect of Redis, and looks each second whether Redis still says the same: one that
 * was emptied, or halted by another process, is noticed without a reconnect. The database is looked at by every commit.
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
  let connection = 0;
  const timer = setTimeout(look, BOND_WATCH_MS);

  function settle(found: Bond | null, text: string | null): void {
    if (text !== null && text !== fault) log.error({ installation }, text);
    bond = found;
    agreed = found ?? agreed;
    fault = text;
  }

  async function compare(): Promise<void> {
    const mine = connection;
    const compared = await compareStores(redis, store, shards);
    if (mine !== connection) return;
    if (compared.bond && compared.bond.installation !== installation)
      settle(null, `this process works for installation ${installation}: start it again`);
    else settle(compared.bond, compared.fault);
  }

  async function saysTheSame(): Promise<boolean> {
    if (agreed === null) return false;
    const [line, halted] = await redis.mget(BOND_KEY, haltKey(installation));
    return line === encodeBond(agreed) && halted === null;
  }

  async function look(): Promise<void> {
    const mine = connection;
    try {
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
    fault = UNKNOWN;
    void look();
  }

  redis.on('ready', onReady);
  void look();
  return {
    bond: () => bond,
    fault: () => fault,
    stop() {
      redis.off('ready', onReady);
      clearTimeout(timer);
    },
  };
}
