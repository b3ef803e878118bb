import { setTimeout as delay } from 'node:timers/promises';
import {
  SETTINGS_LOCK_MS_MAX,
  SETTINGS_TRANSACTION_MS_MAX,
} from '@razao/shared/contract/limits.ts';
import { type PgBouncer, startPgBouncer } from '@razao/stack/test/pgbouncer.ts';
import { until } from '@razao/stack/test/until.ts';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { idOf, transfer } from '../test/client.ts';
import { closeLawful, openTestApi, type TestApi } from '../test/open-test-api.ts';
import { expectProblem } from '../test/problem.ts';

// The real PgBouncer, as Debian packages it, in transaction mode: each transaction gets whatever session is free.
const SERVER_SESSIONS = 12;

let bouncer: PgBouncer;
let api: TestApi;
beforeAll(async () => {
  api = await openTestApi({
    worker: true,
    async through(url) {
      bouncer = await startPgBouncer(url, 'transaction');
      return bouncer.url;
    },
  });
});
afterAll(async () => {
  if (api) await closeLawful(api);
  await bouncer?.remove();
});

test('an API behind it accepts, reads, and replaces settings, however many do so at once', async () => {
  const ledger = await api.newLedger();
  const path = (n: number) => `/v1/ledgers/${ledger}/accounts/a${n}`;
  const visit = async (n: number) => {
    const posted = await api.post(ledger, transfer('world', `a${n}`), { wait: 5 });
    expect([posted.status, posted.text]).toEqual([201, expect.anything()]);
    const read = await api.get(`${path(n)}?consistency=strong`);
    expect(read.body).toMatchObject({ balances: { 'BRL/2': { posted: '100' } } });
    const etag = read.headers.get('etag');
    const headers = { 'If-Match': String(etag) };
    const json = { frozen: 'debit', limits: { 'BRL/2': { overdraft_limit: '7' } } };
    const put = await api.send('PUT', path(n), { json, headers });
    expect([put.status, put.body['frozen']]).toEqual([200, 'debit']);
    expectProblem(await api.send('PUT', path(n), { json, headers }), 412, 'version_mismatch');
    const listed = await api.get(`/v1/ledgers/${ledger}/transactions/${idOf(posted)}`);
    expect(listed.body).toMatchObject({ status: 'posted' });
  };
  for (let n = 0; n < 40; n += 10)
    await Promise.all(Array.from({ length: 10 }, (_, i) => visit(n + i)));
  const again = { json: { accounts: 'explicit' } };
  expectProblem(await api.send('PUT', `/v1/ledgers/${ledger}`, again), 409, 'ledger_conflict');
});

test('leaves nothing behind in the sessions of the server, which others use too', async () => {
  const others = Array.from({ length: SERVER_SESSIONS }, () => new Client(bouncer.url));
  await Promise.all(others.map((other) => other.connect()));
  try {
    // In a transaction each of them has a session of its own.
    await Promise.all(others.map((other) => other.query('begin')));
    const found = await Promise.all(
      others.map((other) =>
        other.query<Record<string, string>>(
          `select pg_backend_pid() as pid, (select count(*)::int from pg_prepared_statements) as prepared,
             (select string_agg(name, ', ') from pg_settings where source = 'session' and name <> 'application_name') as changed`,
        ),
      ),
    );
    const sessions = found.map(({ rows }) => rows[0]);
    expect(new Set(sessions.map((session) => session?.['pid'])).size).toBe(SERVER_SESSIONS);
    for (const session of sessions) expect(session).toMatchObject({ prepared: 0, changed: null });
  } finally {
    await Promise.all(others.map((other) => other.end()));
  }
});

describe('a settings write', () => {
  test.each([
    ['of an account', (ledger: string) => `/v1/ledgers/${ledger}/accounts/a`],
    ['of a ledger', (ledger: string) => `/v1/ledgers/${ledger}`],
  ])('%s does not wait for ever for a row that somebody holds', async (_, path) => {
    const ledger = await api.newLedger();
    const holder = await api.database.connect();
    try {
      await holder.query('begin');
      await holder.query('select from ledgers where name = $1 for update', [ledger]);
      const answer = await api.send('PUT', path(ledger), { json: { metadata: { a: 'b' } } });
      expectProblem(answer, 503, 'unavailable');
      const waits = `select 1 from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`;
      expect((await holder.query(waits)).rowCount).toBe(0);
    } finally {
      await holder.query('rollback');
      holder.release();
    }
    const { status } = await api.send('PUT', path(ledger), { json: { metadata: { a: 'b' } } });
    expect([200, 201]).toContain(status);
  });

  test('is committed durably, although the session of the server is not set so', async () => {
    const name = new URL(bouncer.url).pathname.slice(1);
    // What a commit had in effect, as a deferred trigger sees it.
    await api.database.query(`create table seen (value text);
      create function see() returns trigger language plpgsql as $$ begin
        insert into seen values (current_setting('synchronous_commit')); return null; end $$;
      create constraint trigger see after insert or update on ledgers deferrable initially deferred
        for each row execute function see();
      alter database ${name} set synchronous_commit = off`);
    try {
      await bouncer.kill();
      await bouncer.start();
      await until('it is back', () => api.isReady());
      const ledger = await api.newLedger();
      await api.send('PUT', `/v1/ledgers/${ledger}/accounts/a`, { json: {} });
      const { rows } = await api.database.query('select distinct value from seen');
      expect(rows).toEqual([{ value: 'on' }]);
    } finally {
      await api.database.query(`drop function see cascade; drop table seen;
        alter database ${name} reset synchronous_commit`);
    }
  });
});

describe('what a settings write sets', () => {
  const NAMES = ['synchronous_commit', 'lock_timeout', 'transaction_timeout'];
  const SHOW = `select ${NAMES.map((name) => `current_setting('${name}') as ${name}`).join(', ')}`;

  test('is what limits.ts says, and ends with its statement', async () => {
    await using session = await connect();
    const before = (await session.client.query(SHOW)).rows;
    await session.client.query('begin; select settings_statement()');
    const [set] = (await session.client.query<Record<string, string>>(SHOW)).rows;
    await session.client.query('rollback');
    expect(set).toEqual({
      synchronous_commit: 'on',
      lock_timeout: `${SETTINGS_LOCK_MS_MAX}ms`,
      transaction_timeout: `${SETTINGS_TRANSACTION_MS_MAX}ms`,
    });
    await session.client.query('select settings_statement()');
    expect((await session.client.query(SHOW)).rows).toEqual(before);
    await delay(SETTINGS_TRANSACTION_MS_MAX + 500);
    await session.client.query('select 1');
  });

  test('ends one whose client has vanished in the middle, and with it its locks', async () => {
    const ledger = await api.newLedger();
    const row = 'select from ledgers where name = $1 for update';
    await using session = await connect();
    await session.client.query('begin; select settings_statement()');
    await session.client.query(row, [ledger]);
    const startedAt = performance.now();
    await api.database.query(row, [ledger]);
    expect(performance.now() - startedAt).toBeLessThan(10 * SETTINGS_TRANSACTION_MS_MAX);
  });
});

test('PgBouncer that is killed and started again is an outage like any other', async () => {
  const ledger = await api.newLedger();
  expect((await api.post(ledger, transfer(), { wait: 5 })).status).toBe(201);
  await bouncer.kill();
  await until('it is missed', async () => !(await api.isReady()));
  expectProblem(
    await api.get(`/v1/ledgers/${ledger}/accounts/a?consistency=strong`),
    503,
    'unavailable',
  );
  const accepted = await api.post(ledger, transfer());
  expect(accepted.status).toBe(202);
  await bouncer.start();
  await until('it is back', () => api.isReady());
  const path = `/v1/ledgers/${ledger}/accounts/users:1?consistency=strong`;
  await until('it is posted and read', async () => {
    const { body } = await api.get(path);
    const { 'BRL/2': balance } = (body['balances'] ?? {}) as Record<string, { posted: string }>;
    return balance?.posted === '200';
  });
  expect(
    (await api.send('PUT', `/v1/ledgers/${ledger}/accounts/users:1`, { json: {} })).status,
  ).toBe(200);
});

test('a read that takes too long is given up, and the next ones do not stand behind it', async () => {
  const ledger = await api.newLedger();
  await api.post(ledger, transfer(), { wait: 5 });
  const holder = await api.database.connect();
  try {
    await holder.query('begin; lock table balances in access exclusive mode');
    const path = `/v1/ledgers/${ledger}/accounts/users:1?consistency=strong`;
    const late = Array.from({ length: 10 }, () => api.get(path));
    for (const answer of await Promise.all(late)) expectProblem(answer, 503, 'unavailable');
    await delay(100);
    expect((await api.get(`/v1/ledgers/${ledger}`)).status).toBe(200);
  } finally {
    await holder.query('rollback');
    holder.release();
  }
}, 30_000);

/** A session of its own, without a pooler. */
async function connect() {
  const client = new Client({ connectionString: String(api.database.options.connectionString) });
  client.on('error', () => {});
  await client.connect();
  return { client, [Symbol.asyncDispose]: () => client.end().catch(() => {}) };
}
