import { readdirSync, readFileSync } from 'node:fs';
import type { Client } from 'pg';

const FOLDER = new URL('../checks/', import.meta.url);

export type Violation = { check: string; rows: Record<string, unknown>[] };

/**
 * Runs every law in `sql/checks/`. Each returns no row while it holds; what comes back are the laws that are broken with
 * the first rows that break them.
 */
export async function runChecks(client: Pick<Client, 'query'>): Promise<Violation[]> {
  const violations: Violation[] = [];
  for (const check of checkNames()) {
    const text = readFileSync(new URL(check, FOLDER), 'utf8');
    const { rows } = await client.query<Record<string, unknown>>(text);
    if (rows.length > 0) violations.push({ check, rows: rows.slice(0, 5) });
  }
  return violations;
}

/** The file names of all checks, in order. */
function checkNames(): string[] {
  return readdirSync(FOLDER)
    .filter((name) => name.endsWith('.sql'))
    .sort();
}
