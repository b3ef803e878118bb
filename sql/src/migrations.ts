import { readdirSync, readFileSync } from 'node:fs';
import { splitStatements } from './split-statements.ts';

const FOLDER = new URL('../migrations/', import.meta.url);

/** A change of the schema. */
export type Migration = {
  readonly name: string;
  readonly text: string;
  /**
   * False where a line `--! no-transaction` says so: its statements run one by one, each in a transaction of its own. Each can
   * be repeated, as a migration that was interrupted begins again.
   */
  readonly transactional: boolean;
  readonly statements: readonly string[];
};

/** The names of all migrations, in order. */
export function migrationNames(folder: URL = FOLDER): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.sql'))
    .sort();
}

export function readMigration(name: string, folder: URL = FOLDER): Migration {
  return parseMigration(name, readFileSync(new URL(name, folder), 'utf8'));
}

/** What a file of this name and text means. */
export function parseMigration(name: string, text: string): Migration {
  const transactional = !/^--! no-transaction$/m.test(text);
  return { name, text, transactional, statements: splitStatements(text) };
}
