import type { Client } from 'pg';
import { migrationNames } from './migrations.ts';

/** What the processes read and write. */
export const RELATIONS = [
  ...['accounts', 'assets', 'balances', 'dated_entries', 'dated_totals', 'entries', 'held_changes'],
  ...['holds', 'ledgers', 'migrations', 'outbox', 'reverted', 'settings', 'transactions'],
  ...['accounts_view', 'assets_view', 'balances_view', 'ledgers_view', 'transactions_view'],
];
const NAMES = migrationNames();
const LOOK = `select
    array(select n from unnest($1::text[]) n where n not in (select name from migrations)) as missing,
    array(select r from unnest($2::text[]) r where to_regclass(r) is null) as gone`;
const UNDEFINED_TABLE = '42P01';

/** Asks the database. */
type Ask = (question: {
  text: string;
  values: unknown[];
}) => Promise<{ rows: { missing: string[]; gone: string[] }[] }>;

/**
 * Why the database's schema is none to work with: it lacks a migration that this version has, or tables are gone. Null where
 * it can be worked with; one that a newer version has migrated can, as migrations only add. One cheap question.
 */
export async function schemaFault(ask: Ask): Promise<string | null> {
  try {
    const { rows } = await ask({ text: LOOK, values: [NAMES, RELATIONS] });
    const { missing = [], gone = [] } = rows[0] ?? {};
    if (missing.length > 0)
      return `the schema is older than this version: it lacks the migrations ${missing.join(', ')}`;
    return gone.length > 0 ? `the schema is damaged: it lacks ${gone.join(', ')}` : null;
  } catch (error) {
    if ((error as { code?: string }).code !== UNDEFINED_TABLE) throw error;
    return `the database has no schema: it lacks the migrations ${NAMES.join(', ')}`;
  }
}

/** Throws where the schema is none to work with. */
export async function needSchema(client: Pick<Client, 'query'>): Promise<void> {
  const fault = await schemaFault((question) => client.query(question));
  if (fault !== null) throw new Error(fault);
}
