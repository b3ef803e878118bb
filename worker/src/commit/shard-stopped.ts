import type { Commit } from './commit-batch.ts';

/** Raised where so many commands could not be processed that no further one may be rejected before a person has looked. */
export class ShardStopped extends Error {
  /** What was committed of the commands at hand before the shard stopped: it is true, and is still to be published. */
  commits: readonly Commit[] = [];

  constructor(shard: number) {
    super(`shard ${shard} is stopped`);
    this.name = 'ShardStopped';
  }
}
