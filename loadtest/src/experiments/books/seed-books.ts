import { loadCommand } from '@razao/sql/load.ts';
import { migrate } from '@razao/sql/migrate.ts';
import { createDatabase, withPostgres } from '@razao/stack/services/with-postgres.ts';
import { commitBatch } from '@razao/worker/commit/commit-batch.ts';
import type { Client } from 'pg';
import { createCommands } from './create-commands.ts';
import { openSession } from './open-session.ts';

const FUNDING_BATCH = 500;

/** A database with one ledger whose accounts are funded, to be copied for each case. */
export type Seed = { database: string; ledgerId: number; ledgerUid: string };

export const LEDGER = 'measured';

/** Fills a new database by way of the committer. Nothing may stay connected to it: one in use cannot be copied. */
export async function seedBooks(postgresUrl: string): Promise<Seed> {
  const database = 'razao_measure_seed';
  const url = await createDatabase(postgresUrl, database);
  await migrate(url);
  return await withPostgres(url, async (client) => {
    const { rows } = await client.query<{ id: number }>(loadCommand('put_ledger').text, [
      LEDGER,
      'auto',
      null,
      false,
    ]);
    const ledgerId = Number(rows[0]?.id);
    const ledgerUid = await readUid(client, ledgerId);
    const session = await openSession(url, 0);
    const deposits = createCommands('spread', ledgerUid).fund();
    for (let at = 0; at < deposits.length; at += FUNDING_BATCH) {
      await commitBatch(session, deposits.slice(at, at + FUNDING_BATCH));
    }
    session.destroy();
    // As autovacuum will have done in any ledger that has been in use for a while.
    await client.query('vacuum analyze');
    return { database, ledgerId, ledgerUid };
  });
}

async function readUid(client: Client, ledgerId: number): Promise<string> {
  const { rows } = await client.query<{ uid: string }>('select uid from ledgers where id = $1', [
    ledgerId,
  ]);
  return rows[0]?.uid ?? '';
}
