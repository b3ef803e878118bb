import { transfer } from '@razao/shared/test/commands.ts';
import { migrate } from '@razao/sql/migrate.ts';
import { type PgBouncer, startPgBouncer } from '@razao/stack/test/pgbouncer.ts';
import { until } from '@razao/stack/test/until.ts';
import { Client } from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openSession } from '../test/books.ts';
import { openWorkerBench, type WorkerBench } from '../test/worker-bench.ts';

// The real PgBouncer, as Debian packages it.
const REFUSAL = /a pooler in transaction mode: .*use its session mode, or no pooler/;

let bench: WorkerBench;
let bouncer: PgBouncer | undefined;
let ledger: number;
let ledgers = 0;
beforeAll(async () => {
  bench = await openWorkerBench();
});
afterAll(() => bench?.close());
beforeEach(async () => {
  ledgers += 1;
  ledger = await bench.createLedger(`book-${ledgers}`);
});
afterEach(async () => {
  await bench.stopWorkers();
  await bouncer?.remove();
});

describe('in session mode', () => {
  beforeEach(async () => {
    bouncer = await startPgBouncer(bench.url, 'session');
  });

  test('a worker posts, ends holds, and goes on when it is killed and started again', async () => {
    const worker = await bench.startWorker({
      roles: ['committer', 'housekeeping'],
      databaseUrl: url(),
    });
    await until('it is well', async () => allWell(await worker.readiness()));
    await post();
    await bouncer?.kill();
    await until('it is missed', async () => !allWell(await worker.readiness()));
    await bouncer?.start();
    await post();
    await until('it is well', async () => allWell(await worker.readiness()));
    await until('it looks for holds', async () => {
      return (await worker.metrics()).includes('razao_holds_overdue_seconds 0');
    });
  });

  test('a lock passes on when its holder is gone', async () => {
    const first = await openSession(url());
    await expect(openSession(url(), 0, 500)).rejects.toThrow('no lock');
    first.destroy();
    (await openSession(url(), 0, 5_000)).destroy();
  });
});

test.each([
  ['session', /no second session could be had.* is its pool too small/],
  ['transaction', REFUSAL],
] as const)('with one session for all, in %s mode, a lock is refused', async (mode, reason) => {
  bouncer = await startPgBouncer(bench.url, mode, 1);
  await expect(openSession(url())).rejects.toThrow(reason);
});

describe('in transaction mode', () => {
  beforeEach(async () => {
    bouncer = await startPgBouncer(bench.url, 'transaction');
  });

  test('a worker posts nothing and says why, and sets nothing that others would get', async () => {
    const worker = await bench.startWorker({
      roles: ['committer', 'housekeeping'],
      databaseUrl: url(),
    });
    const refused = { postgres: { ok: false, fault: expect.stringMatching(REFUSAL) } };
    await expect
      .poll(() => worker.readiness(), { timeout: 10_000 })
      .toMatchObject({ dependencies: refused });
    const command = transfer(ledger, 'world>alice 1');
    await bench.enqueue([command]);
    for (let i = 0; i < 5; i++) {
      await new Promise((resolve) => setTimeout(resolve, 300));
      expect(await worker.readiness()).toMatchObject({ dependencies: refused });
    }
    expect(await bench.fates(ledger)).toEqual([]);
    expect(await worker.metric('razao_committer_active')).toBe(0);
    for (const session of await sessionsBehind()) expect(session).toEqual({ changed: null });
    await bench.stopWorkers();
    await bench.startWorker();
    await bench.untilDrained();
    expect(await bench.fates(ledger)).toEqual([[command.id, 'posted']]);
  });

  test('a lock is refused each time, also while others come and go', async () => {
    const others = Array.from({ length: 4 }, () => new Client(url()));
    await Promise.all(others.map((other) => other.connect()));
    let busy = true;
    const traffic = others.map(async (other) => {
      while (busy) await other.query('select pg_sleep(0.001)');
    });
    const tries = await Promise.allSettled(Array.from({ length: 20 }, () => openSession(url(), 1)));
    busy = false;
    await Promise.all(traffic);
    await Promise.all(others.map((other) => other.end()));
    const reasons = tries.map((each) =>
      each.status === 'rejected' ? String(each.reason) : 'held',
    );
    for (const reason of reasons) expect(reason).toMatch(REFUSAL);
  });

  test('migrations are refused', async () => {
    await expect(migrate(url())).rejects.toThrow(REFUSAL);
  });
});

function url(): string {
  return bouncer?.url ?? '';
}

async function post(): Promise<void> {
  const command = transfer(ledger, 'world>alice 1');
  await bench.enqueue([command]);
  await until('it is posted', async () =>
    (await bench.fates(ledger)).some(([id, fate]) => id === command.id && fate === 'posted'),
  );
}

function allWell(readiness: unknown): boolean {
  const { dependencies } = readiness as { dependencies: Record<string, { ok: boolean }> };
  return Object.values(dependencies).every(({ ok }) => ok);
}

/** What was set in the server's sessions, of which each transaction gets one. */
async function sessionsBehind(): Promise<{ changed: string | null }[]> {
  const clients = Array.from({ length: 8 }, () => new Client(url()));
  await Promise.all(clients.map((client) => client.connect()));
  await Promise.all(clients.map((client) => client.query('begin')));
  const found = await Promise.all(
    clients.map((client) =>
      client.query<{ changed: string | null }>(
        `select string_agg(name, ', ') as changed from pg_settings where source = 'session' and name <> 'application_name'`,
      ),
    ),
  );
  await Promise.all(clients.map((client) => client.end()));
  return found.flatMap(({ rows }) => rows);
}
