import { setTimeout as delay } from 'node:timers/promises';
import { runChecks } from '@razao/sql/check.ts';
import { until } from '@razao/stack/test/until.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { call, transfer } from './support/http.ts';
import { openWorld, type World, withSql } from './support/open-world.ts';
import { startTraffic, type Traffic } from './support/traffic.ts';
import { promisesKept } from './support/verify.ts';

let world: World;
let traffic: Traffic;
const LEDGER = 'live';
beforeAll(async () => {
  world = await openWorld('live');
  await call(`${world.stack.apiUrls[0]}/v1/ledgers/${LEDGER}`, 'PUT', {});
  traffic = startTraffic(world.stack, LEDGER, 8);
  await until('traffic flows', () => traffic.accepted() > 200);
});
afterAll(() => world?.close());

test('invariant 6: a reader with a cursor sees every sequence once, in order, while commits go on', async () => {
  await withSql(world.stack, async (client) => {
    let cursor = 0;
    for (let round = 0; round < 60; round++) {
      const { rows } = await client.query<{ sequence: string }>(
        'select sequence from transactions where ledger_id = 1 and sequence > $1 order by sequence limit 1000',
        [cursor],
      );
      const sequences = rows.map((row) => Number(row.sequence));
      expect(sequences).toEqual(sequences.map((_, i) => cursor + 1 + i));
      cursor = sequences.at(-1) ?? cursor;
      await delay(20);
    }
    expect(cursor).toBeGreaterThan(200);
  });
});

test('invariant 7: every law holds at every instant, not only at rest', async () => {
  await withSql(world.stack, async (client) => {
    for (let round = 0; round < 5; round++) expect(await runChecks(client)).toEqual([]);
  });
});

test('invariant 8: a rejection stays what it is, also after the money has come', async () => {
  const url = `${world.stack.apiUrls[0]}/v1/ledgers/${LEDGER}/transactions`;
  const spend = () =>
    call(url, 'POST', transfer('poor', 'shop', 50), {
      'Idempotency-Key': 'spend-1',
      Prefer: 'wait=10',
    });
  const first = await spend();
  expect([first.status, first.body['code']]).toEqual([422, 'insufficient_funds']);
  const topUp = await call(url, 'POST', transfer('world', 'poor', 50), {
    'Idempotency-Key': 'top-up',
    Prefer: 'wait=10',
  });
  expect(topUp.status).toBe(201);
  const again = await spend();
  expect([again.status, again.body['code'], again.headers.get('idempotency-replayed')]).toEqual([
    422,
    'insufficient_funds',
    'true',
  ]);
  expect(again.body['transaction']).toEqual(first.body['transaction']);
});

test('invariant 13: settings written by the hundred under load wait for nobody long, and hold up no commit', async () => {
  const api = world.stack.apiUrls[0];
  const writes = Array.from({ length: 300 }, (_, n) => n);
  const statuses = new Set<number>();
  const before = traffic.accepted();
  const write = async (n: number) => {
    const limits = {
      'BRL/2': { overdraft_limit: String(n) },
      'USD/2': { overdraft_limit: '5' },
      'EUR/2': {},
    };
    const answer = await call(`${api}/v1/ledgers/${LEDGER}/accounts/clients:${n % 8}`, 'PUT', {
      limits,
    });
    statuses.add(answer.status);
  };
  for (let from = 0; from < writes.length; from += 10) {
    await Promise.all(writes.slice(from, from + 10).map(write));
  }
  expect([...statuses]).toEqual([200]);
  expect(traffic.accepted()).toBeGreaterThan(before);
  const metrics = await (await fetch(`${world.stack.workerUrls[0]}/metrics`)).text();
  expect(metrics).not.toMatch(/^razao_commit_retries_total\{.*\} [1-9]/m);
  const promised = await traffic.finish();
  expect(traffic.strange()).toEqual([]);
  await promisesKept(world.stack, LEDGER, promised, { rejectedElsewhere: 1 });
});
