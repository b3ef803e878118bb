import { foreignDatabase } from '@razao/shared/runtime/bond.ts';
import type { StoredBond } from '@razao/sql/installation.ts';

/** Which server answers under a URL: a failover, a restore or a pooler may bring another one, or another database in its place. */
export type ServerWatch = {
  /** Notes what was found. Throws as `refuseForeign` does, and where it is not all there yet. */
  see(found: StoredBond): void;
  /** Throws where what was found last is of another installation than what was found first: this process does not work for it. */
  refuseForeign(): void;
  /** Notes that nobody answers. */
  lose(): void;
  /** What was found last; null where nobody answered since. */
  bond(): StoredBond | null;
  /** How often it was lost, or turned out to be another: what was read before may be another's. */
  changes(): number;
};

export function createServerWatch(): ServerWatch {
  let bond: StoredBond | null = null;
  let server: string | undefined;
  let installation: string | null = null;
  let foreign: string | null = null;
  let changes = 0;

  function refuseForeign(): void {
    if (foreign !== null) throw new Error(`Connection terminated by us: ${foreign}`);
  }

  return {
    see(found) {
      if (server !== undefined && server !== found.server) changes += 1;
      server = found.server;
      bond = found;
      installation ??= found.installation;
      // One without tables says nothing of itself: what it lacks is said elsewhere.
      const known = installation !== null && found.installation !== null;
      foreign = known ? foreignDatabase(installation ?? '', found) : null;
      refuseForeign();
      if (found.recovering)
        throw new Error(
          'Connection terminated by us: Postgres is being restored, or is a standby: what was posted may be missing',
        );
    },
    refuseForeign,
    lose() {
      changes += 1;
      // Of a foreign one no connection is kept, so that it seems lost.
      if (foreign === null) bond = null;
    },
    bond: () => bond,
    changes: () => changes,
  };
}
