import type { Stack } from '@razao/stack/stack-options.ts';
import { until } from '@razao/stack/test/until.ts';
import { expect } from 'vitest';
import { allLive, type LedgerClient, ledgerClient } from './client.ts';
import { withSql } from './open-world.ts';
import { startTraffic, type Traffic } from './traffic.ts';
import { promisesKept } from './verify.ts';

/** A ledger under load, just before something goes down. */
export type Scene = {
  ledger: string;
  traffic: Traffic;
  /** One for each API, which knows the ledger already. */
  clients: LedgerClient[];
  /** A transaction that was posted before. */
  posted: string;
  /** Ids that the test itself was promised by a 202, in order. */
  promised: string[];
  /** Ends the traffic. No process was restarted but those named, and every promise was kept. */
  end(restarted?: readonly string[]): Promise<void>;
};

export async function openScene(stack: Stack, ledger: string): Promise<Scene> {
  const clients = stack.apiUrls.map((url) => ledgerClient(url, ledger));
  await clients[0]?.create();
  let posted = '';
  for (const [i, client] of clients.entries()) {
    const answer = await client.write(`first-${i}`, { Prefer: 'wait=10' });
    expect([answer.status, answer.body['code']]).toEqual([201, undefined]);
    posted = String(answer.body['id']);
  }
  const traffic = startTraffic(stack, ledger, 4);
  await until('traffic flows', () => traffic.accepted() > 100);
  const pids = () => stack.processes.map(({ name, pid }) => [name, pid] as const);
  const before = pids();
  const promised: string[] = [];
  return {
    ledger,
    traffic,
    clients,
    posted,
    promised,
    async end(restarted = []) {
      const flowing = traffic.accepted();
      await until('traffic flows again', () => traffic.accepted() > flowing + 100);
      const ids = await traffic.finish();
      expect(traffic.strange()).toEqual([]);
      const others = (entries: ReturnType<typeof pids>) =>
        entries.filter(([name]) => !restarted.includes(name));
      expect(others(pids())).toEqual(others(before));
      await allLive(stack);
      await promisesKept(stack, ledger, [...ids, { client: -1, ids: promised }]);
    },
  };
}

/** How many outcomes a ledger has. */
export async function outcomes(stack: Stack, ledger: string): Promise<number> {
  const { rows } = await withSql(stack, (client) =>
    client.query<{ sequence: string }>('select sequence from ledgers_view where name = $1', [
      ledger,
    ]),
  );
  return Number(rows[0]?.sequence);
}

/** Waits until something new is posted, and returns how long that took; throws after `msMax`. */
export async function untilPostedAgain(
  stack: Stack,
  ledger: string,
  msMax: number,
): Promise<number> {
  const started = performance.now();
  const before = await outcomes(stack, ledger);
  await until(
    `${ledger}: something new is posted`,
    async () => (await outcomes(stack, ledger)) > before,
    msMax,
  );
  return performance.now() - started;
}
