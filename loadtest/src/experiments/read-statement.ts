import { readFileSync } from 'node:fs';
import type { Statement } from '@razao/sql/load.ts';

/** Reads a statement of an experiment, `<name>.sql` in this folder. The product's own are in sql/commands/. */
export function readStatement(name: string): Statement {
  return { name, text: readFileSync(new URL(`./${name}.sql`, import.meta.url), 'utf8') };
}
