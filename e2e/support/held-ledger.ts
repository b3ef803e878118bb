import type { Stack } from '@razao/stack/stack-options.ts';
import { Client } from 'pg';

/** A ledger whose row is locked; released it is at the end of its session at the latest. */
export type HeldLedger = { release(): Promise<void> };

/** Locks a ledger's row from a session of its own: commits that touch the ledger wait, and its queue fills. */
export async function holdLedger(stack: Stack, ledger: string): Promise<HeldLedger> {
  const client = new Client({ connectionString: stack.databaseUrl });
  client.on('error', () => {});
  await client.connect();
  await client.query('begin');
  await client.query('select 1 from ledgers where name = $1 for update', [ledger]);
  return { release: () => client.end() };
}
