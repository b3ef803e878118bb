import type { Bond } from '@razao/shared/runtime/bond.ts';

type Found = { installation: string | null; redis: string | null };

/** Raised where a commit finds another installation than its shard's keys are of, or one that works with another Redis. */
export class ForeignDatabase extends Error {
  constructor(mine: Bond, found: Found) {
    super(
      `this process works for installation ${mine.installation} with Redis ${mine.redis}, but the database is of installation ${found.installation} with Redis ${found.redis}`,
    );
    this.name = 'ForeignDatabase';
  }
}

/** The database may have been replaced, or be meant for another Redis, since the two were compared. Throws `ForeignDatabase`. */
export function refuseForeign(mine: Bond, found: Found): void {
  if (found.installation !== mine.installation || found.redis !== mine.redis)
    throw new ForeignDatabase(mine, found);
}
