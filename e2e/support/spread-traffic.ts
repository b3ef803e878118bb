import { shardOf } from '@razao/shared/runtime/shard.ts';
import type { Stack } from '@razao/stack/stack-options.ts';
import { until } from '@razao/stack/test/until.ts';
import { expect } from 'vitest';
import { call } from './http.ts';
import { SHARDS } from './lock-holder.ts';
import { withSql } from './open-world.ts';
import { startTraffic } from './traffic.ts';
import { promisesKept } from './verify.ts';

const CLIENTS = 3;

/** Traffic on a ledger in each shard. */
export type SpreadTraffic = {
  /** Waits until each ledger has posted something that is newer than this call. */
  postsEverywhere(msMax?: number): Promise<void>;
  /** Ends the traffic: nothing is lost, twice or out of order in any ledger. */
  keepsItsPromises(): Promise<void>;
};

let rounds = 0;

export async function startSpreadTraffic(stack: Stack): Promise<SpreadTraffic> {
  rounds += 1;
  const ledgers = Array.from({ length: SHARDS }, (_, shard) => ledgerIn(shard));
  for (const ledger of ledgers) await call(`${stack.apiUrls[0]}/v1/ledgers/${ledger}`, 'PUT', {});
  const traffics = ledgers.map((ledger) => startTraffic(stack, ledger, CLIENTS));
  await Promise.all(
    traffics.map((traffic) => until('traffic flows', () => traffic.accepted() > 50)),
  );
  return {
    async postsEverywhere(msMax) {
      const before = await newest(stack, ledgers);
      await until(
        'something new is posted in each shard',
        async () => {
          const now = await newest(stack, ledgers);
          return ledgers.every((ledger) => (now.get(ledger) ?? 0) > (before.get(ledger) ?? 0));
        },
        msMax,
      );
    },
    async keepsItsPromises() {
      const promised = await Promise.all(traffics.map((traffic) => traffic.finish()));
      for (const [i, ledger] of ledgers.entries()) {
        expect(traffics[i]?.strange()).toEqual([]);
        await promisesKept(stack, ledger, promised[i] ?? []);
      }
    },
  };
}

/** A new ledger's name whose shard is this one. */
function ledgerIn(shard: number): string {
  for (let i = 0; ; i++) {
    const name = `spread-${rounds}-${i}`;
    if (shardOf(name, SHARDS) === shard) return name;
  }
}

/** Each ledger's newest sequence. */
async function newest(stack: Stack, ledgers: readonly string[]): Promise<Map<string, number>> {
  const { rows } = await withSql(stack, (client) =>
    client.query<{ name: string; next: string }>(
      'select name, next_sequence as next from ledgers where name = any($1)',
      [ledgers],
    ),
  );
  return new Map(rows.map(({ name, next }) => [name, Number(next)]));
}
