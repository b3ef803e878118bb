import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { EXPIRY_GRACE_MS } from '@razao/shared/contract/limits.ts';
import { until } from '@razao/stack/test/until.ts';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type Hold, holdClient } from './support/hold-client.ts';
import { type Answer, call } from './support/http.ts';
import { openWorld, type World, withSql } from './support/open-world.ts';
import { type Beside, startBeside } from './support/start-beside.ts';
import { drained, lawsHold } from './support/verify.ts';

/** How far the clocks of the APIs are ahead; each reaches Redis by a way of its own. */
const AHEAD_MS = [-3_000, 0, 2_500];
const HOLDS = 240;
const HOLD_SECONDS = 3;
/** Of a way to Redis: an API may have to go it twice within the time of a flush. */
const DELAY_MS_MAX = 900;

let world: World;
let apis: Beside[];
let worker: Beside;

beforeAll(async () => {
  world = await openWorld('clocks', { workers: 1 });
  apis = await Promise.all(AHEAD_MS.map((ms) => startBeside(world.stack, 'api', ms)));
  worker = await startBeside(world.stack, 'worker', -4_000);
  await Promise.all([...apis, worker].map((beside) => ready(beside, 200)));
});
afterAll(async () => {
  await Promise.all(apis?.map((api) => api.close()) ?? []);
  await worker?.close();
  await world?.close();
});
afterEach(() => {
  for (const { redis } of apis) redis.delay({ to: 0, from: 0 });
});

test.each(AHEAD_MS)(
  'an API whose clock is ahead by %i ms: a hold ends when it should, and what came before is in time',
  async (ahead) => {
    const ledger = `ahead-${ahead}`.replace('--', '-minus-');
    const client = await open(ledger);
    const api = apis[AHEAD_MS.indexOf(ahead)] as Beside;
    const [first, second] = [await holdBy(api, ledger), await holdBy(api, ledger)];
    // Postgres has this machine's clock.
    expect(Math.abs(first.expiresAt - Date.now() - HOLD_SECONDS * 1_000)).toBeLessThan(1_500);
    await delay(first.expiresAt - Date.now() - 300);
    const captured = await capture(api, ledger, first, { Prefer: 'wait=10' });
    expect(captured).toMatchObject({ status: 201, body: { status: 'posted' } });
    await delay(second.expiresAt - Date.now() + 100);
    const late = await capture(api, ledger, second, { Prefer: 'wait=10' });
    expect(late).toMatchObject({ status: 422, body: { code: 'hold_not_open' } });
    await until(
      'the other has expired',
      async () => (await statusOf(client, second)) === 'expired',
    );
    expect(await wronglyJudged(ledger)).toEqual([]);
  },
);

test('a slow way to Redis: what was accepted before the instant of a hold is posted', async () => {
  const client = await open('slow');
  const api = apis[1] as Beside;
  const hold = await client.hold('a', 1, HOLD_SECONDS);
  await delay(hold.expiresAt - Date.now() - 300);
  api.redis.delay({ to: 900 });
  const { status, body } = await capture(api, 'slow', hold);
  expect(Date.now()).toBeGreaterThan(hold.expiresAt);
  expect(status).toBe(202);
  expect(Date.parse(String(body['accepted_at']))).toBeLessThan(hold.expiresAt);
  await until(
    'it is posted',
    async () => (await statusOf(client, { id: String(body['id']) })) === 'posted',
  );
  expect(await wronglyJudged('slow')).toEqual([]);
});

test('a way to Redis that takes too long: nothing gets into the queue, and the key stays good', async () => {
  const client = await open('too-slow');
  const api = apis[2] as Beside;
  const hold = await client.hold('a', 1, 60);
  const key = { 'Idempotency-Key': randomUUID() };
  // Just before, so that the API knows how full the queue is, and sends the capture itself.
  await holdBy(api, 'too-slow', {});
  api.redis.delay({ to: 2_500 });
  expect(await capture(api, 'too-slow', hold, key)).toMatchObject({
    status: 503,
    body: { code: 'unavailable' },
  });
  await delay(3_000);
  expect(await countOf('too-slow', 'capture')).toBe(0);
  api.redis.delay({ to: 0 });
  const again = Date.now();
  await until('it is accepted', async () => {
    const { status, body } = await capture(api, 'too-slow', hold, key);
    return status === 202 && Date.parse(String(body['accepted_at'])) >= again - 100;
  });
  await until('it is posted', async () => (await countOf('too-slow', 'capture')) === 1);
});

test('whatever the clocks and the ways, the instant of its acceptance decides whether a capture is in time', async () => {
  const client = await open('many');
  const holds = await Promise.all(
    Array.from({ length: HOLDS }, () => client.hold('a', 1, HOLD_SECONDS)),
  );
  let over = false;
  const disturbing = Promise.all(
    apis.map(async ({ redis }) => {
      while (!over) {
        redis.delay({ to: Math.random() * DELAY_MS_MAX, from: Math.random() * 200 });
        await delay(Math.random() * 300);
      }
    }),
  );
  const answers = await Promise.all(
    holds.map(async (hold, i) => {
      await delay(hold.expiresAt - Date.now() - 2_000 + Math.random() * 2_300);
      const answer = await capture(apis[i % apis.length] as Beside, 'many', hold);
      return { hold, answer, at: Date.now() };
    }),
  );
  over = true;
  await disturbing;
  await until('no hold is open', async () => (await client.states())['pending'] === undefined);
  await drained(world.stack);
  expect(await wronglyJudged('many')).toEqual([]);
  const accepted = answers.filter(({ answer }) => answer.status === 202);
  const close = accepted.filter(
    ({ hold, answer, at }) =>
      Date.parse(String(answer.body['accepted_at'])) < hold.expiresAt && at > hold.expiresAt,
  );
  // It was close: some were accepted before their instant and queued after it.
  expect(close.length).toBeGreaterThan(5);
  expect(await earlyExpiries()).toEqual([]);
  await lawsHold(world.stack);
});

test.each(['api', 'worker'] as const)(
  'an %s whose clock is far off is not ready, says so, and is measured',
  async (kind) => {
    const beside = await startBeside(world.stack, kind, -45_000);
    try {
      await ready(beside, 503);
      const { body } = await call(`${beside.process.url}/readyz`, 'GET');
      expect(body).toMatchObject({
        ready: false,
        dependencies: {
          redis: { ok: true },
          clock: { ok: false, fault: "the clock of this machine is 45 s behind Postgres's" },
        },
      });
      const metrics = await (await fetch(`${beside.process.url}/metrics`)).text();
      expect(Number(/^razao_clock_skew_seconds (\S+)$/m.exec(metrics)?.[1])).toBeCloseTo(-45, 0);
    } finally {
      await beside.close();
    }
  },
);

type Client = ReturnType<typeof holdClient>;

async function open(ledger: string): Promise<Client> {
  const client = holdClient(world.stack, ledger);
  expect((await client.create()).status).toBe(201);
  await client.deposit('a', HOLDS);
  return client;
}

/** Waits until a process has said for a while what it says of being ready, and Redis is known to it. */
async function ready({ process }: Beside, status: number): Promise<void> {
  await until(`${process.name} is ${status}`, async () => {
    const { status: said, body } = await call(`${process.url}/readyz`, 'GET');
    const { redis, clock } = body['dependencies'] as Record<
      string,
      { ok: boolean; fault?: string }
    >;
    return said === status && redis?.ok === true && !/known/.test(clock?.fault ?? '');
  });
}

async function holdBy(
  { process }: Beside,
  ledger: string,
  headers: Record<string, string> = { Prefer: 'wait=10' },
): Promise<Hold> {
  const postings = [{ source: 'a', destination: 'shop', asset: 'BRL/2', amount: '1' }];
  const { body } = await call(
    `${process.url}/v1/ledgers/${ledger}/transactions`,
    'POST',
    { postings, hold: { expires_in: HOLD_SECONDS } },
    { 'Idempotency-Key': randomUUID(), ...headers },
  );
  const { expires_at } = body['hold'] as { expires_at: string };
  return { id: String(body['id']), expiresAt: Date.parse(expires_at) };
}

function capture(
  { process }: Beside,
  ledger: string,
  hold: Hold,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const path = `/v1/ledgers/${ledger}/transactions/${hold.id}/capture`;
  return call(`${process.url}${path}`, 'POST', {}, { 'Idempotency-Key': randomUUID(), ...headers });
}

async function statusOf(client: Client, { id }: { id: string }): Promise<unknown> {
  return (await client.transaction(id))['status'];
}

async function countOf(ledger: string, kind: string): Promise<number> {
  const { rows } = await withSql(world.stack, (sql) =>
    sql.query<{ count: number }>(
      `select count(*)::int as count from transactions t join ledgers l on l.id = t.ledger_id
       where l.name = $1 and t.kind = $2`,
      [ledger, kind],
    ),
  );
  return rows[0]?.count ?? 0;
}

/** The captures of a ledger that were rejected although accepted before their hold's instant, or posted although after it. */
async function wronglyJudged(ledger: string): Promise<unknown[]> {
  const { rows } = await withSql(world.stack, (sql) =>
    sql.query(
      `select t.status, t.rejection ->> 'code' as code, t.accepted_at, h.expires_at
       from transactions t join ledgers l on l.id = t.ledger_id
       join holds h on h.ledger_id = t.ledger_id and h.id = t.target
       where l.name = $1 and t.kind = 'capture' and (t.accepted_at < h.expires_at) <> (t.status = 'posted')`,
      [ledger],
    ),
  );
  return rows;
}

/** Expiries that were sent before whatever was accepted in time was queued, by the instants that they say themselves. */
async function earlyExpiries(): Promise<unknown[]> {
  const { rows } = await withSql(world.stack, (sql) =>
    sql.query(
      `select t.accepted_at, h.expires_at from transactions t
       join holds h on h.ledger_id = t.ledger_id and h.id = t.target
       where t.kind = 'expiry' and t.accepted_at < h.expires_at + $1 * interval '1 ms'`,
      // What the estimate of a worker may be wrong by.
      [EXPIRY_GRACE_MS - 100],
    ),
  );
  return rows;
}
