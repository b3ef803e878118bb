import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Answer, transfer } from './support/http.ts';
import { items, moneyClient } from './support/money-client.ts';
import { openWorld, type World, withSql } from './support/open-world.ts';
import { drained, lawsHold } from './support/verify.ts';
import { followWorkerLogs, sumMetric } from './support/worker-logs.ts';

const CONNECTIONS = 16;
const MS = 4_000;
/** More than all bulks together can move one way. */
const FUNDS = 10 ** 9;

let world: World;
beforeAll(async () => {
  world = await openWorld('opposite', { apis: 2, workers: 2 });
});
afterAll(() => world?.close());

test('bulks from A to B and from B to A over 16 connections, while settings of both are written: no deadlock, no error, all posted', async () => {
  const { stack } = world;
  const clients = ['one', 'two'].map((ledger) => moneyClient(stack, ledger));
  for (const client of clients) {
    await client.create();
    for (const account of ['a', 'b'])
      await client.write(transfer('world', account, FUNDS), { wait: true });
  }
  const logged = followWorkerLogs(
    'opposite',
    stack.workers.map(({ name }) => name),
  );
  const deadline = performance.now() + MS;
  const strange: unknown[] = [];
  /** What A has gained in each ledger. */
  const nets = [0, 0];
  let bulks = 0;
  let settings = 0;

  function judge({ status, body }: Answer, wanted: number): void {
    if (status !== wanted) strange.push([status, body]);
  }

  async function run(connection: number): Promise<void> {
    const place = connection >> 3;
    const [from, to] = connection % 2 === 0 ? ['a', 'b'] : ['b', 'a'];
    for (let round = 0; performance.now() < deadline; round++) {
      // Of several postings, one goes the other way.
      const back = round % 3 === 0 ? transfer(to, from, 1).postings : [];
      const bulk = items(1 + ((connection * 7 + round * 13) % 40), (i) => ({
        postings: [...transfer(from, to, 1 + (i % 5)).postings, ...back],
      }));
      const how = { api: round + connection };
      judge((await clients[place]?.bulk(bulk, round % 2 === 0, how)) as Answer, 202);
      const sum = bulk.reduce((all, _, i) => all + 1 + (i % 5) - back.length, 0);
      nets[place] = Number(nets[place]) + (from === 'a' ? -sum : sum);
      bulks += 1;
    }
  }

  async function set(account: string): Promise<void> {
    for (let round = 0; performance.now() < deadline; round++) {
      const metadata = { round: String(round) };
      const limits = { 'BRL/2': { overdraft_limit: String(round), max_balance: null } };
      const client = clients[round % 2];
      const answer = await client?.settings(account, { metadata, limits }, round >> 1);
      if (answer) judge(answer, 200);
      settings += 1;
    }
  }

  await Promise.all([
    ...Array.from({ length: CONNECTIONS }, (_, connection) => run(connection)),
    set('a'),
    set('b'),
  ]);
  await drained(stack);
  expect(strange).toEqual([]);
  expect([bulks > 32, settings > 4], `${bulks} bulks, ${settings} settings`).toEqual([true, true]);
  for (const [n, client] of clients.entries()) {
    const net = Number(nets[n]);
    expect(await client.balance('a')).toMatchObject({ posted: String(FUNDS + net) });
    expect(await client.balance('b')).toMatchObject({ posted: String(FUNDS - net) });
  }
  const { rows } = await withSql(stack, (client) =>
    client.query(`select rejection from transactions where status <> 'posted' limit 1`),
  );
  expect(rows).toEqual([]);
  expect(await sumMetric(stack.workers, 'razao_commit_retries_total', '')).toBe(0);
  expect(logged().filter(({ level }) => level === 'error' || level === 'fatal')).toEqual([]);
  await lawsHold(stack);
});
