import { setTimeout as delay } from 'node:timers/promises';
import {
  COMMIT_CLIENT_MS_MAX,
  LOCK_ANSWER_AGE_MS_MAX,
  LOCK_HEARTBEAT_MS,
  LOCK_POLL_MS,
} from '@razao/shared/contract/limits.ts';
import type { Bond } from '@razao/shared/runtime/bond.ts';
import type { Durability } from '@razao/shared/runtime/env-schema.ts';
import type { Logger } from '@razao/shared/runtime/log.ts';
import { postgresFaults } from '@razao/shared/runtime/postgres-guard.ts';
import { readBond } from '@razao/sql/installation.ts';
import type { Statement } from '@razao/sql/load.ts';
import { needSession } from '@razao/sql/pooler.ts';
import { Client, type QueryResultRow } from 'pg';
import { CommitSize } from '../commit/commit-size.ts';
import { copyIn } from '../commit/copy-in.ts';
import { refuseForeign } from '../commit/foreign-database.ts';
import { KnownState } from '../commit/known-state.ts';
import { createLedgerTimes, type LedgerTimes } from '../commit/ledger-times.ts';
import { LockLost } from './lock-lost.ts';
import { SESSION_SETTINGS } from './session-settings.ts';

/** The namespace of our advisory locks; the second key is the shard. */
const LOCK_CLASS = 7_240;

export type LockSessionOptions = {
  databaseUrl: string;
  shard: number;
  durability: Durability;
  /** What the shard's keys in Redis are of: each commit looks whether the database is too. */
  bond: Bond;
  /** Shared by the shards of a process. */
  times?: LedgerTimes;
  log: Logger;
};

/** How a lock is asked for: how long after one try the next comes, in ms; null gives up. */
export type LockPace = () => number | null;

/**
 * The Postgres session that holds a shard's lock and runs its commits: losing it loses both at once, so that nobody
 * commits without the lock. A heartbeat keeps it alive and finds out when it is not.
 */
export class LockSession {
  /** What its commits have learned; worth nothing without the lock, so it ends with the session. */
  readonly known = new KnownState();
  readonly bond: Bond;
  /** What it reached: see `StoredBond`. */
  server = '';
  /** How much of a batch this server commits in time. */
  readonly size = new CommitSize();
  readonly #client: Client;
  readonly shard: number;
  readonly times: LedgerTimes;
  #held = false;
  #lost = false;
  #lastAnswer = 0;
  #tail: Promise<unknown> = Promise.resolve();
  #pending = 0;
  #heartbeat: NodeJS.Timeout | undefined;
  readonly #lostListeners: (() => void)[] = [];

  private constructor(
    client: Client,
    { shard, bond, times = createLedgerTimes() }: LockSessionOptions,
  ) {
    this.#client = client;
    this.shard = shard;
    this.times = times;
    this.bond = bond;
    client.on('error', () => this.#lose());
    client.on('end', () => this.#lose());
  }

  /** Connects and waits for the shard's lock by asking for it; null when `pace` gives up or `signal` is aborted first. */
  static async acquire(
    options: LockSessionOptions,
    signal: AbortSignal,
    pace: LockPace = () => LOCK_POLL_MS,
  ): Promise<LockSession | null> {
    const client = new Client({
      connectionString: options.databaseUrl,
      application_name: `razao committer ${options.shard}`,
      connectionTimeoutMillis: LOCK_ANSWER_AGE_MS_MAX,
      keepAlive: true,
    });
    const session = new LockSession(client, options);
    // A server that falls silent here would be waited for without end: the session has no timeouts yet.
    const timer = setTimeout(() => session.destroy(), 2 * LOCK_ANSWER_AGE_MS_MAX);
    try {
      await client.connect();
      await needSession(client, options.databaseUrl);
      await client.query(SESSION_SETTINGS);
      const faults = await postgresFaults(client, options.durability);
      if (faults.length > 0) throw new Error(faults.join('; '));
      const found = await readBond(client);
      refuseForeign(options.bond, found);
      session.server = found.server;
      clearTimeout(timer);
      for (let ms = pace(); ms !== null && !signal.aborted; ms = pace()) {
        if (await session.#tryLock()) return session;
        await delay(ms, undefined, { signal }).catch(() => {});
      }
    } catch (error) {
      session.destroy();
      throw error;
    } finally {
      clearTimeout(timer);
    }
    session.destroy();
    return null;
  }

  /** Whether the lock is certain to be held still: what was asked within the time after which it could be freed was answered. */
  mayFetch(): boolean {
    return (
      this.#held && !this.#lost && performance.now() - this.#lastAnswer < LOCK_ANSWER_AGE_MS_MAX
    );
  }

  get lost(): boolean {
    return this.#lost;
  }

  onLost(listener: () => void): void {
    if (this.#lost) listener();
    else this.#lostListeners.push(listener);
  }

  /** Runs a statement, after those that were asked for before. Throws `LockLost` once the session is gone. */
  query<R extends QueryResultRow>(
    statement: Statement | string,
    values: unknown[] = [],
  ): Promise<{ rows: R[]; rowCount: number }> {
    return this.#queue(() => this.#run<R>(statement, values, COMMIT_CLIENT_MS_MAX));
  }

  /** Runs a `copy ... from stdin` with its rows, likewise. */
  copy({ text }: Statement, rows: string): Promise<{ rowCount: number }> {
    return this.#queue(() =>
      this.#ask(() => copyIn(this.#client, text, rows), COMMIT_CLIENT_MS_MAX),
    );
  }

  /** Ends the session, and with it the lock and an open transaction. */
  destroy(): void {
    this.#lose();
    // `end` would wait for a server that may not answer.
    this.#client.connection.stream.destroy();
  }

  #queue<T>(ask: () => Promise<T>): Promise<T> {
    const answer = this.#tail.then(ask);
    this.#tail = answer.catch(() => {});
    return answer;
  }

  async #run<R extends QueryResultRow>(
    statement: Statement | string,
    values: unknown[],
    timeoutMs: number,
  ) {
    const query = typeof statement === 'string' ? { text: statement } : { ...statement };
    const result = await this.#ask(() => this.#client.query<R>({ ...query, values }), timeoutMs);
    return { rows: result.rows, rowCount: result.rowCount ?? 0 };
  }

  async #ask<T>(question: () => Promise<T>, timeoutMs: number): Promise<T> {
    if (this.#lost) throw new LockLost(this.shard);
    const timer = setTimeout(() => this.destroy(), timeoutMs);
    // An answer proves the lock for the time of its question only: a process that was stopped reads it late.
    const askedAt = performance.now();
    this.#pending += 1;
    try {
      const answer = await question();
      this.#lastAnswer = askedAt;
      return answer;
    } catch (error) {
      if (this.#lost) throw new LockLost(this.shard, error);
      this.#lastAnswer = askedAt;
      throw error;
    } finally {
      clearTimeout(timer);
      this.#pending -= 1;
    }
  }

  async #tryLock(): Promise<boolean> {
    const { rows } = await this.#run<{ held: boolean }>(
      'select pg_try_advisory_lock($1, $2) as held',
      [LOCK_CLASS, this.shard],
      LOCK_ANSWER_AGE_MS_MAX,
    );
    this.#held = rows[0]?.held === true;
    if (this.#held) this.#heartbeat = setInterval(() => this.#beat(), LOCK_HEARTBEAT_MS);
    return this.#held;
  }

  #beat(): void {
    // A statement under way is a heartbeat itself.
    if (this.#pending > 0) return;
    this.#queue(() => this.#run('select 1', [], LOCK_ANSWER_AGE_MS_MAX)).catch(() => {});
  }

  #lose(): void {
    if (this.#lost) return;
    this.#lost = true;
    clearInterval(this.#heartbeat);
    for (const listener of this.#lostListeners) listener();
  }
}
