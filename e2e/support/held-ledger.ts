import type { Stack } from '@razao/stack/stack-options.ts';
import { Client } from 'pg';

/** A ledger whose row is locked; released it is at the end of its session at the latest. */
export type HeldLedger = { release(): Promise<void> };

/** Locks a ledger's row from a session of its own: commits that touch the ledger wait, and its queue fills. */
export function holdLedger(stack: Stack, ledger: string): Promise<HeldLedger> {
  return hold(stack, 'select 1 from ledgers where name = $1 for update', ledger);
}

/** The same with all balances of a ledger, for which a commit waits when it has read and applied everything. */
export function holdBalances(stack: Stack, ledger: string): Promise<HeldLedger> {
  const lock = `select 1 from balances where ledger_id = (select id from ledgers where name = $1)
    for update`;
  return hold(stack, lock, ledger);
}

async function hold(stack: Stack, lock: string, ledger: string): Promise<HeldLedger> {
  const client = new Client({ connectionString: stack.databaseUrl });
  client.on('error', () => {});
  await client.connect();
  await client.query('begin');
  await client.query(lock, [ledger]);
  return { release: () => client.end() };
}
