import { foreignDatabase } from '@razao/shared/runtime/bond.ts';
import type { StoredBond } from '@razao/sql/installation.ts';

/** Which server answers under a URL: a failover, a restore or a pooler may bring another one, or another database in its place. */
export type ServerWatch = {
  /** Notes what was found. Throws as `refuse` does. */
  see(found: StoredBond): void;
  /**
   * Throws where what was found last may not be read: it is of another installation than what was found first, for which this
   * process works, or it is not all there yet.
   */
  refuse(): void;
  /** Notes that nobody answers. */
  lose(): void;
  /** What was found last; null where nobody answered since, and where it is not all there yet. */
  bond(): StoredBond | null;
  /** How often it was lost, or turned out to be another: what was read before may be another's. */
  changes(): number;
};

export function createServerWatch(): ServerWatch {
  let bond: StoredBond | null = null;
  let server: string | undefined;
  let installation: string | null = null;
  let refusal: string | null = null;
  let changes = 0;

  function judge(found: StoredBond): string | null {
    if (found.recovering)
      return 'Postgres is being restored, or is a standby: what was posted may be missing';
    installation ??= found.installation;
    // One without tables says nothing of itself: what it lacks is said elsewhere.
    if (installation === null || found.installation === null) return null;
    return foreignDatabase(installation, found);
  }

  function refuse(): void {
    if (refusal !== null) throw new Error(`Connection terminated by us: ${refusal}`);
  }

  return {
    see(found) {
      if (server !== undefined && server !== found.server) changes += 1;
      server = found.server;
      bond = found.recovering ? null : found;
      refusal = judge(found);
      refuse();
    },
    refuse,
    lose() {
      changes += 1;
      // Of what is refused no connection is kept, so that it seems lost.
      if (refusal === null) bond = null;
    },
    bond: () => bond,
    changes: () => changes,
  };
}
