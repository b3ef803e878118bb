import { WAIT_POLL_KEYS_MAX, WAIT_POLL_MS, WAITERS_MAX } from '@razao/shared/contract/limits.ts';
import type { StatusRecord } from '@razao/shared/contract/status-record.ts';
import { doneChannel, type ShardKeys } from '@razao/shared/runtime/keys.ts';
import type { Logger } from '@razao/shared/runtime/log.ts';
import type { ApiMetrics } from '@razao/shared/runtime/metrics.ts';
import type { Redis } from 'ioredis';
import { recordOf, type TransactionLookup } from '../transactions/lookup.ts';

type Key = { shard: number; ledgerUid: string; id: string };
type Waiter = { key: Key; resolve(record: StatusRecord | null): void };

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
  lookup: Pick<TransactionLookup, 'records' | 'row'>;
  metrics: ApiMetrics;
  log: Logger;
};

/**
 * Those who wait for outcomes, without a connection for each: the committers' messages wake them, and every 250 ms one MGET
 * per shard looks after those whose message was missed, a thousand at a time in turn. An id without a record is looked up in
 * Postgres then.
 */
export function createWaiters(deps: WaitersDeps): Waiters {
  const { subscriber, shards, lookup, metrics, log } = deps;
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
    if (named.length > 0) void look(shard, named, false);
  });
  const looking = new Set<number>();
  const timer = setInterval(() => {
    byShard.forEach((waiting, shard) => {
      if (waiting.size === 0 || looking.has(shard)) return;
      looking.add(shard);
      void look(shard, takeTurn(waiting), true).finally(() => looking.delete(shard));
    });
  }, WAIT_POLL_MS);

  async function look(shard: number, words: readonly string[], thorough: boolean): Promise<void> {
    const keys = words.map(parseWord);
    // Redis may be down: then only Postgres is asked.
    const records = await lookup.records(shard, keys).catch(() => keys.map(() => null));
    for (const [i, record] of records.entries()) {
      const word = words[i] ?? '';
      const key = keys[i];
      if (record !== null && record.status !== 'queued') settle(shard, word, record);
      else if (record === null && thorough && key) {
        const row = await lookup.row(key.ledgerUid, key.id).catch(() => undefined);
        if (row) settle(shard, word, recordOf(row));
      }
    }
  }

  function settle(shard: number, word: string, record: StatusRecord): void {
    for (const waiter of byShard[shard]?.get(word) ?? []) waiter.resolve(record);
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

function parseWord(word: string): { ledgerUid: string; id: string } {
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
