import { readFileSync } from 'node:fs';

/** A statement with the name under which a session prepares it. */
export type Statement = { readonly name: string; readonly text: string };

/** Reads `sql/commands/<name>.sql`. Called once per statement, at start; throws where there is no such file. */
export function loadCommand(name: string): Statement {
  return { name, text: readFileSync(new URL(`../commands/${name}.sql`, import.meta.url), 'utf8') };
}
