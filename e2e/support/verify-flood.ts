import { recordKey } from '@razao/shared/runtime/keys.ts';
import type { Stack } from '@razao/stack/stack-options.ts';
import { expect } from 'vitest';
import type { Flood } from './flood.ts';
import { withRedis, withSql } from './open-world.ts';
import { ledgerUidOf, shardKeysOf } from './stores.ts';

/** The ledger holds what the floods were promised and nothing else, but for writes whose outcome they were told is unknown. */
export async function exactlyTheAcceptedArePosted(
  stack: Stack,
  ledger: string,
  ...floods: Flood[]
): Promise<void> {
  const rows = await rowsOf(stack, ledger);
  expect(rows.filter(({ status }) => status !== 'posted')).toEqual([]);
  const unknown = new Set(floods.flatMap(({ unavailable }) => unavailable));
  const posted = rows.map(({ id }) => id).filter((id) => !unknown.has(id));
  expect(posted.toSorted()).toEqual(floods.flatMap(({ accepted }) => accepted).toSorted());
}

/** Redis has no record of these. */
export async function nothingIsLeftOf(
  stack: Stack,
  ledger: string,
  refused: readonly string[],
): Promise<void> {
  const place = await shardKeysOf(stack, ledger);
  const ledgerUid = await ledgerUidOf(stack, ledger);
  const keys = refused.map((id) => recordKey(place, ledgerUid, id));
  expect(keys.length).toBeGreaterThan(0);
  expect(await withRedis(stack, (redis) => redis.exists(...keys))).toBe(0);
}

/** Whether the ledger has a transaction with this id. */
export async function isStored(stack: Stack, ledger: string, id: string): Promise<boolean> {
  return (await rowsOf(stack, ledger)).some((row) => row.id === id);
}

function rowsOf(stack: Stack, ledger: string): Promise<{ id: string; status: string }[]> {
  return withSql(stack, async (client) => {
    const { rows } = await client.query<{ id: string; status: string }>(
      'select t.id, t.status from transactions t join ledgers l on l.id = t.ledger_id where l.name = $1',
      [ledger],
    );
    return rows;
  });
}

/** Figures belong to the output of such a test. */
export function report(what: string, figures: Record<string, Flood | number | object>): void {
  const parts = Object.entries(figures).map(([name, figure]) => {
    const shown =
      typeof figure === 'object' && 'latency' in figure ? describe(figure as Flood) : figure;
    return `${name} ${JSON.stringify(shown)}`;
  });
  process.stdout.write(`${[what, ...parts].join('\n  ')}\n`);
}

function describe(flood: Flood): object {
  const { overloaded, unavailable } = flood;
  const ms = flood.latency();
  return { ms, overloaded: overloaded.length, unavailable: unavailable.length };
}
