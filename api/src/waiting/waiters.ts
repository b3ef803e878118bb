import { WAIT_POLL_KEYS_MAX, WAIT_POLL_MS, WAITERS_MAX } from '@razao/shared/contract/limits.ts';
import type { StatusRecord } from '@razao/shared/contract/status-record.ts';
import { doneChannel, type ShardKeys } from '@razao/shared/runtime/keys.ts';
import type { Logger } from '@razao/shared/runtime/log.ts';
import type { ApiMetrics } from '@razao/shared/runtime/metrics.ts';
import type { Redis } from 'ioredis';
import type { TransactionLookup } from '../transactions/lookup.ts';
import { createLook, type Place } from './look.ts';

type Key = Place & { shard: number };
type Waiter = { key: Key; resolve(record: StatusRecord | null): void };

/** Every so many turns Postgres is asked about those whose record says queued. */
const THOROUGH_TURNS = 4;

/** A place among those who wait for a transaction's outcome. */
export type Ticket = {
  /** The outcome, or null when the time is over or the signal is given first. */
  outcome(ms: number, signal?: AbortSignal): Promise<StatusRecord | null>;
  leave(): void;
};

export type Waiters = {
  /** Begins to hear of outcomes. */
  open(): void;
  /** Takes a place; from now on no publication is missed. Null where too many wait already. */
  join(key: Key): Ticket | null;
  /** Sends everybody home without an outcome, and lets nobody in any more. */
  close(): void;
};

export type WaitersDeps = {
  /** A connection of its own: it is subscribed. */
  subscriber: Redis;
  shards: number;
  keysOf: (shard: number) => ShardKeys;
  lookup: Pick<TransactionLookup, 'records' | 'rows'>;
  metrics: ApiMetrics;
  log: Logger;
};

/**
 * Those who wait for outcomes, without a connection for each: the committers' messages wake them, and every 250 ms one MGET
 * per shard looks after those whose message was missed, a thousand at a time in turn. Ids without a record are looked up in
 * Postgres then, every second those too whose record says queued.
 */
export function createWaiters(deps: WaitersDeps): Waiters {
  const { subscriber, shards, lookup, metrics, log } = deps;
  const look = createLook(lookup, settle);
  const byShard = Array.from({ length: shards }, () => new Map<string, Set<Waiter>>());
  const channels = new Map<string, { shard: number; waiting: Map<string, Set<Waiter>> }>();
  let count = 0;
  let closed = false;

  function open(): void {
    for (const [shard, waiting] of byShard.entries())
      channels.set(doneChannel(deps.keysOf(shard)), { shard, waiting });
    const subscribe = () =>
      void subscriber.subscribe(...channels.keys()).catch((error) => log.warn({ err: error }));
    // ioredis subscribes again after a reconnect; the first time it may not be connected yet.
    if (subscriber.status === 'ready') subscribe();
    else subscriber.once('ready', subscribe);
  }

  subscriber.on('message', (channel: string, words: string) => {
    const { shard, waiting } = channels.get(channel) ?? {};
    if (shard === undefined || !waiting || waiting.size === 0) return;
    const named = words.split(' ').filter((word) => waiting.has(word));
    if (named.length > 0) void look(shard, named.map(parseWord), 'woken');
  });
  const looking = new Set<number>();
  let turns = 0;
  const timer = setInterval(() => {
    turns += 1;
    const how = turns % THOROUGH_TURNS === 0 ? 'thorough' : 'turn';
    byShard.forEach((waiting, shard) => {
      if (waiting.size === 0 || looking.has(shard)) return;
      looking.add(shard);
      void look(shard, takeTurn(waiting).map(parseWord), how).finally(() => looking.delete(shard));
    });
  }, WAIT_POLL_MS);

  function settle(shard: number, { ledgerUid, id }: Place, record: StatusRecord): void {
    const waiters = byShard[shard]?.get(`${ledgerUid}:${id}`) ?? [];
    for (const waiter of waiters) waiter.resolve(record);
  }

  function join(key: Key): Ticket | null {
    const waiting = byShard[key.shard];
    if (!waiting || closed || count >= WAITERS_MAX) return null;
    const word = `${key.ledgerUid}:${key.id}`;
    const settled = Promise.withResolvers<StatusRecord | null>();
    const waiter: Waiter = { key, resolve: settled.resolve };
    const others = waiting.get(word) ?? new Set();
    waiting.set(word, others.add(waiter));
    metrics.waiters.set(++count);
    const leave = () => {
      if (!others.delete(waiter)) return;
      if (others.size === 0 && waiting.get(word) === others) waiting.delete(word);
      metrics.waiters.set(--count);
    };
    return {
      leave,
      outcome: (ms, signal) => raceTimeout(settled.promise, ms, signal).finally(leave),
    };
  }

  function close(): void {
    closed = true;
    clearInterval(timer);
    for (const waiting of byShard) {
      for (const waiter of [...waiting.values()].flatMap((waiters) => [...waiters]))
        waiter.resolve(null);
    }
  }

  return { open, join, close };
}

/** The first so many; they stand at the end afterwards. */
function takeTurn<T>(waiting: Map<string, T>): string[] {
  if (waiting.size <= WAIT_POLL_KEYS_MAX) return [...waiting.keys()];
  const turn = [...waiting].slice(0, WAIT_POLL_KEYS_MAX);
  for (const [word, waiters] of turn) {
    waiting.delete(word);
    waiting.set(word, waiters);
  }
  return turn.map(([word]) => word);
}

function parseWord(word: string): Place {
  const [ledgerUid = '', id = ''] = word.split(':');
  return { ledgerUid, id };
}

function raceTimeout<T>(
  promise: Promise<T | null>,
  ms: number,
  signal?: AbortSignal,
): Promise<T | null> {
  if (signal?.aborted) return Promise.resolve(null);
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(null), ms);
    const onAbort = () => resolve(null);
    signal?.addEventListener('abort', onAbort, { once: true });
    void promise.then((value) => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      resolve(value);
    });
  });
}
