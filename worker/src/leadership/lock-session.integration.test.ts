import { setTimeout as delay } from 'node:timers/promises';
import { COMMIT_LOCK_MS_MAX } from '@razao/shared/contract/limits.ts';
import type { Bond } from '@razao/shared/runtime/bond.ts';
import { openTcpProxy } from '@razao/stack/test/tcp-proxy.ts';
import { until } from '@razao/stack/test/until.ts';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type Books,
  backendOf,
  bondFor,
  openBooks,
  openSession,
  SILENT,
} from '../../test/books.ts';
import { LockLost } from './lock-lost.ts';
import { LockSession } from './lock-session.ts';
import { SESSION_SETTINGS } from './session-settings.ts';

let books: Books;
let bond: Bond;
const open: { destroy(): void }[] = [];

beforeAll(async () => {
  books = await openBooks();
  bond = await bondFor(books.url);
});
afterAll(async () => {
  for (const each of open) each.destroy();
  await books?.close();
});

// Each test has a shard of its own, so that those that wait may wait together.
describe.concurrent('invariant 4: the lock of a shard', () => {
  test('is held by one session only, and the next has it as soon as that one ends', async () => {
    const first = await acquire(1);
    await expect(acquire(1, 700)).rejects.toThrow('no lock on shard 1');
    first.destroy();
    await acquire(1, 1_000);
  });

  test('is another for each shard', async () => {
    await acquire(2);
    await acquire(3, 1_000);
  });

  test('is asked for, not waited for in the server, where it would hold back vacuum', async () => {
    await acquire(4);
    const stop = new AbortController();
    const standby = LockSession.acquire(options(books.url, 4), stop.signal);
    const waiting = () =>
      books.rows<{ state: string; wait: string | null; xmin: string | null }>(
        `select state, wait_event_type as wait, backend_xmin as xmin from pg_stat_activity
         where application_name = 'razao committer 4' and datname = current_database()`,
      );
    await until('two sessions are there', async () => (await waiting()).length === 2);
    await delay(300);
    for (const { state, wait, xmin } of await waiting())
      expect([state, wait, xmin]).toEqual(['idle', 'Client', null]);
    stop.abort();
    expect(await standby).toBeNull();
  });

  test('passes on within a second when the server ends its holder, and the open commit is gone', async () => {
    const first = await acquire(5);
    await first.query('create table if not exists unfinished (number integer)');
    await first.query('begin');
    await first.query('insert into unfinished values (1)');
    const pid = await backendOf(first);
    const second = acquire(5);
    await delay(300);
    let heard = false;
    first.onLost(() => {
      heard = true;
    });
    const endedAt = performance.now();
    await books.client.query('select pg_terminate_backend($1)', [pid]);
    const successor = await second;
    expect(performance.now() - endedAt).toBeLessThan(10_000);
    await until('the first knows', () => first.lost);
    expect([heard, first.mayFetch(), successor.mayFetch()]).toEqual([true, false, true]);
    await expect(first.query('commit')).rejects.toThrow(LockLost);
    expect(await books.rows('select * from unfinished')).toEqual([]);
  });

  test('is told as lost at once to whoever listens late', async () => {
    const session = await acquire(6);
    session.destroy();
    let heard = false;
    session.onLost(() => {
      heard = true;
    });
    expect([heard, session.lost, session.mayFetch()]).toEqual([true, true, false]);
    session.destroy();
  });
});

describe.concurrent('invariant 5: a holder that falls silent', () => {
  test.each([
    ['between two commits', 10, 'select 1'],
    ['within a commit', 11, 'begin'],
  ])('%s is freed by the server within 8 seconds', async (_, shard, last) => {
    // A client that sends nothing more, as one whose process is stopped.
    const client = new Client({ connectionString: books.url });
    client.on('error', () => {});
    await client.connect();
    await client.query(SESSION_SETTINGS);
    await client.query('select pg_advisory_lock(7240, $1)', [shard]);
    await client.query(last);
    const silentAt = performance.now();
    await expect(acquire(shard, 2_000)).rejects.toThrow('no lock');
    await acquire(shard, 8_000);
    expect(performance.now() - silentAt).toBeLessThan(8_000);
  });

  test('fetches no more within 3 seconds, before another can have the lock, and closes its connection', async () => {
    const proxy = await openTcpProxy(books.url);
    open.push({ destroy: () => void proxy.close() });
    const session = await acquire(12, 5_000, proxy.url);
    await delay(1_500);
    expect(session.mayFetch()).toBe(true);
    const closed = proxy.clientsClosed();
    proxy.abandon();
    const silentAt = performance.now();
    const rival = acquire(12, 10_000).then(() => performance.now() - silentAt);
    await until('it may not fetch', () => !session.mayFetch(), 5_000);
    const stoppedAfter = performance.now() - silentAt;
    expect(stoppedAfter).toBeLessThan(3_100);
    await until('its connection is closed', () => proxy.clientsClosed() === closed + 1, 5_000);
    expect(session.lost).toBe(true);
    expect(await rival).toBeGreaterThan(stoppedAfter);
  });

  test('an answer proves the lock from the time of its question only', async () => {
    const session = await acquire(13);
    const answer = session.query('select pg_sleep(3.2)');
    await answer;
    expect(session.mayFetch()).toBe(false);
    await until('the next heartbeat', () => session.mayFetch(), 2_000);
  });

  test('a server that falls silent while a session is set up is not waited for', async () => {
    const proxy = await openTcpProxy(books.url, { abandonAfter: 'idle_session_timeout' });
    open.push({ destroy: () => void proxy.close() });
    const startedAt = performance.now();
    await expect(acquire(14, 20_000, proxy.url)).rejects.toThrow(/terminated/);
    expect(performance.now() - startedAt).toBeLessThan(8_000);
  });

  test('is not one that merely idles: heartbeats keep it alive, also within a commit', async () => {
    const idle = await acquire(15);
    const within = await acquire(16);
    await within.query('begin');
    const pids = [await backendOf(idle), await backendOf(within)];
    await delay(7_500);
    expect([idle.lost, within.lost, idle.mayFetch(), within.mayFetch()]).toEqual([
      false,
      false,
      true,
      true,
    ]);
    expect([await backendOf(idle), await backendOf(within)]).toEqual(pids);
  });
});

describe.concurrent('a session', () => {
  test('runs what it is asked in the order in which it was asked', async () => {
    const session = await acquire(20);
    const asked = [
      session.query('select pg_sleep(0.1), 1 as n'),
      session.query('select 1 / 0 as n'),
      session.query('select 3 as n'),
    ];
    const answers = await Promise.allSettled(asked);
    expect(answers).toMatchObject([
      { value: { rows: [{ n: 1 }] } },
      { reason: { code: '22012' } },
      { value: { rows: [{ n: 3 }], rowCount: 1 } },
    ]);
  });

  test('has the settings of a committer', async () => {
    const session = await acquire(21);
    const { rows } = await session.query<{ name: string; setting: string }>(
      `select name, setting from pg_settings where name = any ($1)`,
      [
        [
          'synchronous_commit',
          'plan_cache_mode',
          'jit',
          'tcp_user_timeout',
          'statement_timeout',
          'lock_timeout',
        ],
      ],
    );
    expect(Object.fromEntries(rows.map(({ name, setting }) => [name, setting]))).toEqual({
      synchronous_commit: 'on',
      plan_cache_mode: 'force_custom_plan',
      jit: 'off',
      tcp_user_timeout: '4000',
      statement_timeout: '8000',
      lock_timeout: String(COMMIT_LOCK_MS_MAX),
    });
  });

  test('is not there where Postgres is not', async () => {
    const nowhere = new URL(books.url);
    nowhere.port = '1';
    await expect(acquire(22, 5_000, nowhere.href)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });
});

// By itself: the whole database only reads meanwhile.
test('a session is not there where Postgres only reads, as a standby does', async () => {
  const name = new URL(books.url).pathname.slice(1);
  await books.client.query(`alter database ${name} set default_transaction_read_only = on`);
  try {
    await expect(acquire(23)).rejects.toMatchObject({ code: '25006' });
  } finally {
    await books.client.query(`alter database ${name} reset default_transaction_read_only`);
  }
});

async function acquire(shard: number, waitMs?: number, url = books.url): Promise<LockSession> {
  const session = await openSession(url, shard, waitMs);
  open.push(session);
  return session;
}

function options(databaseUrl: string, shard: number) {
  return { databaseUrl, shard, durability: 'checked', bond, log: SILENT } as const;
}
