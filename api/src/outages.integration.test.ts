import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { until } from '@razao/stack/test/until.ts';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { idOf, transfer } from '../test/client.ts';
import { closeLawful, openTestApi, type TestApi } from '../test/open-test-api.ts';
import { expectProblem } from '../test/problem.ts';
import { queuedCommands } from '../test/queue.ts';

/** "At once" on a machine that has other things to do, and below the client's patience. */
const AT_ONCE_MS = 5_000;
const BEFORE_MS = 8_000;

let api: TestApi;

beforeAll(async () => {
  api = await openTestApi({ worker: true });
});
afterEach(async () => {
  await api.redisServer.kill('SIGCONT');
  await api.redisServer.start();
  await api.postgres.cut();
  await api.postgres.mend();
  await until('all is well again', async () => {
    await api.get('/v1/ledgers/none');
    return api.isReady();
  });
});
afterAll(() => closeLawful(api));

describe('with Redis down', () => {
  test('a write is refused at once as unavailable, and may be repeated with its key', async () => {
    const ledger = await warmLedger();
    await api.redisServer.kill();
    const started = performance.now();
    const answers = [
      await api.post(ledger, transfer(), { key: 'k' }),
      await api.post(ledger, transfer(), { key: 'k', wait: 10 }),
    ];
    expect(performance.now() - started).toBeLessThan(AT_ONCE_MS);
    for (const answer of answers) {
      expectProblem(answer, 503, 'unavailable');
      expect(answer.headers.get('retry-after')).toBe('1');
    }
    await api.redisServer.start();
    await until('the API sees Redis', () => api.isReady());
    const again = await api.post(ledger, transfer(), { key: 'k', wait: 10 });
    expect(again).toMatchObject({ status: 201, body: { sequence: 2 } });
    expect(again.headers.has('idempotency-replayed')).toBe(false);
  });

  test('what is in Postgres is read as ever', async () => {
    const ledger = await warmLedger();
    const { body } = await api.post(ledger, transfer(), { wait: 10 });
    await api.redisServer.kill();
    const path = `/v1/ledgers/${ledger}`;
    expect(await api.get(`${path}/transactions/${body['id']}`)).toMatchObject({
      status: 200,
      body,
    });
    expect((await api.get(`${path}/transactions/${body['id']}?wait=10`)).status).toBe(200);
    expect((await api.get(`${path}/accounts/users:1`)).status).toBe(200);
    expect((await api.get(path)).status).toBe(200);
    expect((await api.send('PUT', `${path}/accounts/users:2`, { json: {} })).status).toBe(200);
    expect((await api.get('/readyz')).body).toMatchObject({
      ready: true,
      dependencies: { redis: { ok: false }, postgres: { ok: true } },
    });
  });

  test('an id that is not in Postgres is a 503: it may have been accepted', async () => {
    const ledger = await warmLedger();
    await api.redisServer.kill();
    const answer = await api.get(`/v1/ledgers/${ledger}/transactions/${randomUUID()}`);
    expectProblem(answer, 503, 'unavailable');
    expect(answer.headers.get('retry-after')).toBe('1');
  });
});

describe('with a Redis that is silent', () => {
  test('a write is refused within three seconds, and posts once when it is repeated', async () => {
    const ledger = await warmLedger();
    await api.redisServer.kill('SIGSTOP');
    const started = performance.now();
    const answer = await api.post(ledger, transfer(), { key: 'k', wait: 10 });
    expectProblem(answer, 503, 'unavailable');
    expect(performance.now() - started).toBeLessThan(BEFORE_MS);
    await api.redisServer.kill('SIGCONT');
    const again = await api.post(ledger, transfer(), { key: 'k', wait: 10 });
    expect(again).toMatchObject({ status: 201, body: { sequence: 2 } });
  });

  test('a write that comes while another waits for it is refused along with that one', async () => {
    const ledger = await warmLedger();
    await api.redisServer.kill('SIGSTOP');
    const first = api.post(ledger, transfer());
    await delay(300);
    const started = performance.now();
    expectProblem(await api.post(ledger, transfer(), { key: 'k' }), 503, 'unavailable');
    expect(performance.now() - started).toBeLessThan(BEFORE_MS);
    expectProblem(await first, 503, 'unavailable');
    await api.redisServer.kill('SIGCONT');
    expect((await api.post(ledger, transfer(), { key: 'k', wait: 10 })).status).toBe(201);
  });

  test('a transaction is read from Postgres within three seconds', async () => {
    const ledger = await warmLedger();
    const { body } = await api.post(ledger, transfer(), { wait: 10 });
    await api.redisServer.kill('SIGSTOP');
    const started = performance.now();
    const answer = await api.get(`/v1/ledgers/${ledger}/transactions/${body['id']}`);
    expect(answer).toMatchObject({ status: 200, body });
    expect(performance.now() - started).toBeLessThan(BEFORE_MS);
  });
});

describe('with Postgres down', () => {
  test('a write into a known ledger is accepted as ever', async () => {
    const ledger = await warmLedger();
    await api.postgres.cut();
    // The worker has a way of its own to Postgres here: even the outcome comes, by Redis alone.
    const answer = await api.post(ledger, transfer(), { wait: 10 });
    expect(answer).toMatchObject({ status: 201, body: { status: 'posted', sequence: 2 } });
    expect((await api.post(ledger, transfer())).status).toBe(202);
  });

  test('the status of a transaction is read from its record', async () => {
    const ledger = await warmLedger();
    const { body } = await api.post(ledger, transfer(), { wait: 10 });
    await api.postgres.cut();
    const answer = await api.get(`/v1/ledgers/${ledger}/transactions/${body['id']}`);
    const { id, kind, status, accepted_at, posted_at, sequence } = body;
    expect(answer).toMatchObject({
      status: 200,
      body: { id, ledger, kind, status, accepted_at, posted_at, sequence, rejection: null },
    });
  });

  test('everything that only Postgres knows is a 503', async () => {
    const ledger = await warmLedger();
    const unseen = await api.newLedger();
    await api.postgres.cut();
    const path = `/v1/ledgers/${ledger}`;
    const started = performance.now();
    for (const answer of [
      await api.get(path),
      await api.get(`${path}/accounts/users:1`),
      await api.get(`${path}/transactions/${randomUUID()}`),
      await api.send('PUT', `${path}/accounts/users:1`, { json: {} }),
      await api.send('PUT', path, { json: {} }),
      await api.post(unseen, transfer()),
    ]) {
      expectProblem(answer, 503, 'unavailable');
      expect(answer.headers.get('retry-after')).toBe('1');
    }
    expect(performance.now() - started).toBeLessThan(BEFORE_MS);
  });

  test('what is under way when it goes down is a 503, and the process lives on', async () => {
    const ledger = await warmLedger();
    const path = `/v1/ledgers/${ledger}`;
    const lock = await api.database.connect();
    try {
      // Both statements have to wait for this, so that they are cut in the middle.
      await lock.query('begin; lock table ledgers, accounts in access exclusive mode');
      const answers = Promise.all([
        api.get(path),
        api.get(`${path}/accounts/users:1`),
        api.send('PUT', `${path}/accounts/users:1`, { json: {} }),
      ]);
      await until('three statements wait', async () => {
        const waiting = await api.database.query(
          `select 1 from pg_stat_activity where application_name = 'razao api' and wait_event_type = 'Lock'
             and datname = current_database()`,
        );
        return waiting.rowCount === 3;
      });
      await api.postgres.cut();
      for (const answer of await answers) expectProblem(answer, 503, 'unavailable');
    } finally {
      await lock.query('rollback');
      lock.release();
    }
    expect((await api.post(ledger, transfer())).status).toBe(202);
  });

  test('/readyz says so and says when it is back, although nobody asks for anything else', async () => {
    await until('all is well', () => api.isReady());
    await api.postgres.cut();
    await until('it is down', async () => !(await api.isReady()));
    expect((await api.get('/readyz')).body).toMatchObject({
      ready: true,
      dependencies: { redis: { ok: true }, postgres: { ok: false } },
    });
    await api.postgres.mend();
    await until('it is back', () => api.isReady());
  });

  test('a write into a ledger that is not known yet leaves nothing in the queue', async () => {
    const unseen = await api.newLedger();
    const key = randomUUID();
    await api.postgres.cut();
    expect((await api.post(unseen, transfer(), { key })).status).toBe(503);
    expect(await api.redis.keys(`*${key}*`)).toEqual([]);
    expect(await queuedCommands(api.redis, [key])).toEqual([]);
  });
});

/** A ledger that the API has in memory, with a transaction. */
async function warmLedger(): Promise<string> {
  const ledger = await api.newLedger();
  const answer = await api.post(ledger, transfer(), { wait: 10 });
  expect(answer).toMatchObject({ status: 201, body: { id: idOf(answer) } });
  return ledger;
}
