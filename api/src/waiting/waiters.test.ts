import { EventEmitter } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { Outcome } from '@razao/shared/contract/command.ts';
import { WAIT_POLL_KEYS_MAX, WAIT_POLL_MS, WAITERS_MAX } from '@razao/shared/contract/limits.ts';
import type { StatusRecord } from '@razao/shared/contract/status-record.ts';
import { doneChannel, shardKeys } from '@razao/shared/runtime/keys.ts';
import { createLog } from '@razao/shared/runtime/log.ts';
import { createApiMetrics } from '@razao/shared/runtime/metrics.ts';
import type { Redis } from 'ioredis';
import { Registry } from 'prom-client';
import { afterEach, describe, expect, test } from 'vitest';
import type { TransactionRow } from '../transactions/lookup.ts';
import { createWaiters, type Waiters, type WaitersDeps } from './waiters.ts';

const LONG_MS = 5_000;
const SOON_MS = WAIT_POLL_MS / 2;
const QUEUED: StatusRecord = {
  status: 'queued',
  kind: 'transfer',
  acceptedAt: '2026-01-02T03:04:05.000000Z',
  fingerprint: 'print',
  chunk: 'c-1',
};
const { chunk: _, ...HEAD } = QUEUED;
const POSTED: Outcome = {
  ...HEAD,
  version: 7,
  status: 'posted',
  sequence: 7,
  postedAt: '2026-01-02T03:04:06.000000Z',
  rejection: null,
};

const opened: Waiters[] = [];
afterEach(() => {
  for (const waiters of opened.splice(0)) waiters.close();
});

describe('a waiter', () => {
  test('is woken by the message that names its transaction', async () => {
    const world = open();
    const waiting = world.wait('a');
    world.records.set('1:a', POSTED);
    world.publish('1:z 1:a 1:b');
    expect(await within(SOON_MS, waiting)).toEqual(POSTED);
  });

  test('is woken by a message that comes before it begins to wait', async () => {
    const world = open();
    const ticket = world.waiters.join(key('a'));
    world.records.set('1:a', POSTED);
    world.publish('1:a');
    await delay(1);
    expect(await within(SOON_MS, ticket?.outcome(LONG_MS))).toEqual(POSTED);
  });

  test('sleeps through messages about others, of other ledgers and on other channels', async () => {
    const world = open();
    world.records.set('1:a', POSTED);
    const waiting = world.wait('a', SOON_MS);
    world.publish('1:b 2:a 11:a 1:aa');
    world.publish('1:a', 1);
    expect(await waiting).toBeNull();
    expect(world.asked).toEqual([]);
  });

  test('whose message was missed finds its record when it looks for itself', async () => {
    const world = open();
    world.records.set('1:a', POSTED);
    expect(await within(2 * WAIT_POLL_MS, world.wait('a'))).toEqual(POSTED);
  });

  test('sleeps on while its transaction is queued', async () => {
    const world = open();
    world.records.set('1:a', QUEUED);
    const waiting = world.wait('a');
    world.publish('1:a');
    await delay(2 * WAIT_POLL_MS);
    world.records.set('1:a', POSTED);
    expect(await within(2 * WAIT_POLL_MS, waiting)).toEqual(POSTED);
  });

  test('without a record is looked for in Postgres, but not at every message', async () => {
    const world = open();
    world.rows.set('1:a', row());
    const waiting = world.wait('a');
    world.publish('1:a');
    await delay(SOON_MS);
    expect(world.rowsAsked).toEqual([]);
    expect(await within(2 * WAIT_POLL_MS, waiting)).toEqual(POSTED);
  });

  test('finds its outcome in Postgres while Redis is down', async () => {
    const world = open();
    world.rows.set('1:a', row());
    world.fail('records');
    expect(await within(2 * WAIT_POLL_MS, world.wait('a'))).toEqual(POSTED);
  });

  test('outlives an outage of both', async () => {
    const world = open();
    world.fail('records');
    world.fail('row');
    const waiting = world.wait('a');
    await delay(2 * WAIT_POLL_MS);
    world.records.set('1:a', POSTED);
    world.mend();
    expect(await within(2 * WAIT_POLL_MS, waiting)).toEqual(POSTED);
  });

  test('goes home with nothing when its time is over', async () => {
    const world = open();
    const started = performance.now();
    expect(await world.wait('a', 50)).toBeNull();
    expect(performance.now() - started).toBeGreaterThanOrEqual(49);
  });

  test('goes home when its client does, and even if that was before', async () => {
    const world = open();
    const client = new AbortController();
    const waiting = world.waiters.join(key('a'))?.outcome(LONG_MS, client.signal);
    client.abort();
    expect(await within(SOON_MS, waiting)).toBeNull();
    const late = world.waiters.join(key('a'))?.outcome(LONG_MS, client.signal);
    expect(await within(SOON_MS, late)).toBeNull();
  });
});

describe('waiters', () => {
  test('of one transaction are all woken, and cost one look', async () => {
    const world = open();
    const waiting = Promise.all(Array.from({ length: 100 }, () => world.wait('a')));
    world.records.set('1:a', POSTED);
    world.publish('1:a');
    expect(await within(SOON_MS, waiting)).toEqual(Array(100).fill(POSTED));
    expect(world.asked).toEqual([['1:a']]);
  });

  test('of many transactions are looked after in one call per shard', async () => {
    const world = open();
    const ids = Array.from({ length: 20 }, (_, i) => `id-${i}`);
    const waiting = ids.map((id) => world.wait(id, 1.5 * WAIT_POLL_MS));
    await Promise.all(waiting);
    expect(world.asked).toEqual([ids.map((id) => `1:${id}`)]);
  });

  test('by the thousand are looked after in turn, a bounded number at once', async () => {
    const world = open();
    const ids = Array.from({ length: 2 * WAIT_POLL_KEYS_MAX + 500 }, (_, n) => `id-${n}`);
    const waiting = ids.map((id) => world.wait(id));
    await delay(3.5 * WAIT_POLL_MS);
    const sizes = world.asked.map((words) => words.length);
    expect(sizes).toEqual([WAIT_POLL_KEYS_MAX, WAIT_POLL_KEYS_MAX, WAIT_POLL_KEYS_MAX]);
    expect(new Set(world.asked.flat()).size).toBe(ids.length);
    world.waiters.close();
    await Promise.all(waiting);
  });

  test('who have left are forgotten: nobody is looked after any more', async () => {
    const world = open();
    world.waiters.join(key('a'))?.leave();
    const ticket = world.waiters.join(key('b'));
    expect(await world.gauge()).toBe(1);
    ticket?.leave();
    ticket?.leave();
    await world.wait('c', 10);
    expect(await world.gauge()).toBe(0);
    await delay(1.5 * WAIT_POLL_MS);
    expect(world.asked).toEqual([]);
  });

  test('of a transaction do not lose their places when one of them leaves', async () => {
    const world = open();
    const first = world.waiters.join(key('a'));
    const second = world.wait('a');
    first?.leave();
    const third = world.wait('a');
    world.records.set('1:a', POSTED);
    world.publish('1:a');
    expect(await within(SOON_MS, Promise.all([second, third]))).toEqual([POSTED, POSTED]);
  });

  test('are bounded: one too many finds no place, until another leaves', () => {
    const world = open();
    const tickets = Array.from({ length: WAITERS_MAX }, (_, i) => {
      return world.waiters.join(key(String(i)));
    });
    expect(tickets).not.toContain(null);
    expect(world.waiters.join(key('late'))).toBeNull();
    tickets[0]?.leave();
    expect(world.waiters.join(key('late'))).not.toBeNull();
    for (const ticket of tickets) ticket?.leave();
  });

  test('are all sent home on closing, and nobody is let in again', async () => {
    const world = open();
    const waiting = [world.wait('a'), world.wait('a'), world.wait('b')];
    world.waiters.close();
    expect(await within(SOON_MS, Promise.all(waiting))).toEqual([null, null, null]);
    expect(world.waiters.join(key('c'))).toBeNull();
    world.waiters.close();
  });
});

test('all channels are subscribed as soon as the connection is up', () => {
  const { subscriber } = open();
  expect(subscriber.channels).toEqual([]);
  subscriber.emit('ready');
  expect(subscriber.channels).toEqual([doneChannel(keysOf(0)), doneChannel(keysOf(1))]);
});

class Subscriber extends EventEmitter {
  readonly channels: string[] = [];

  async subscribe(...channels: string[]): Promise<void> {
    this.channels.push(...channels);
  }
}

const keysOf = (shard: number) => shardKeys('test', shard);

/** Waiters over two shards whose Redis and Postgres are maps from `<ledger uid>:<id>`. */
function open() {
  const subscriber = new Subscriber();
  const records = new Map<string, StatusRecord>();
  const rows = new Map<string, TransactionRow>();
  const asked: string[][] = [];
  const rowsAsked: string[] = [];
  const failing = new Set<string>();
  const lookup: WaitersDeps['lookup'] = {
    async records(_, keys) {
      if (failing.has('records')) throw new Error('Connection is closed.');
      const words = keys.map(({ ledgerUid, id }) => `${ledgerUid}:${id}`);
      asked.push(words);
      return words.map((word) => records.get(word) ?? null);
    },
    async rows(ledgerUid, ids) {
      if (failing.has('row')) throw new Error('Connection terminated');
      const words = ids.map((id) => `${ledgerUid}:${id}`);
      rowsAsked.push(...words);
      const found = ids.flatMap((id) => rows.get(`${ledgerUid}:${id}`) ?? []);
      return new Map(found.map((row) => [row.id, row]));
    },
  };
  const metrics = createApiMetrics(new Registry());
  const waiters = createWaiters({
    subscriber: subscriber as unknown as Redis,
    shards: 2,
    keysOf,
    lookup,
    metrics,
    log: createLog('test', 'silent'),
  });
  waiters.open();
  opened.push(waiters);
  return {
    subscriber,
    waiters,
    records,
    rows,
    asked,
    rowsAsked,
    publish: (words: string, shard = 0) =>
      subscriber.emit('message', doneChannel(keysOf(shard)), words),
    wait: (id: string, ms = LONG_MS) => waiters.join(key(id))?.outcome(ms),
    fail: (part: 'records' | 'row') => failing.add(part),
    mend: () => failing.clear(),
    gauge: async () => (await metrics.waiters.get()).values[0]?.value,
  };
}

function key(id: string) {
  return { shard: 0, ledgerUid: '1', id };
}

function row(): TransactionRow {
  return {
    ledger_id: 1,
    id: 'a',
    kind: 'transfer',
    status: 'posted',
    target: null,
    postings: [],
    description: null,
    reference: null,
    metadata: null,
    rejection: null,
    sequence: '7',
    accepted_at: POSTED.acceptedAt,
    posted_at: POSTED.postedAt,
    effective_at: POSTED.postedAt,
    fingerprint: 'print',
    version: '7',
    hold_expires_at: null,
    hold_amount: null,
    hold_captured: null,
    hold_remaining: null,
    reverted_amount: '0',
  };
}

/** What the promise gives, if it does so in time. */
async function within<T>(ms: number, promise: Promise<T> | undefined): Promise<T | 'too late'> {
  if (!promise) throw new Error('there was no place to wait');
  return Promise.race([promise, delay(ms, 'too late' as const)]);
}
