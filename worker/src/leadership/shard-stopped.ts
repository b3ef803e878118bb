/** Raised where so many commands could not be processed that no further one may be rejected before a person has looked. */
export class ShardStopped extends Error {
  constructor(shard: number) {
    super(`shard ${shard} is stopped`);
    this.name = 'ShardStopped';
  }
}
