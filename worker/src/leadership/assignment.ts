/** Which shards this process holds, and whether it holds more or fewer than its share. */
export type Assignment = {
  take(shard: number): void;
  giveUp(shard: number): void;
  /** There is room for one more. */
  wanting(): boolean;
  /** This shard is the one to hand over next. */
  surplus(shard: number): boolean;
};

/** Shares out `shards` among as many processes as `processes` says, rounded up; one is handed over at a time. */
export function createAssignment(shards: number, processes: () => number): Assignment {
  const held = new Set<number>();
  const share = () => Math.ceil(shards / processes());
  return {
    take: (shard) => held.add(shard),
    giveUp: (shard) => held.delete(shard),
    wanting: () => held.size < share(),
    surplus: (shard) => held.size > share() && shard === Math.max(...held),
  };
}
