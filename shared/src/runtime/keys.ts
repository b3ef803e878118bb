/**
 * Every key in Redis that is not the queue's. All may vanish at any moment without harm. Keys of a shard share a hash tag,
 * so that a script over several of them stays on one node of a Redis Cluster.
 */
export function shardTag(shard: number): string {
  return `{razao:${shard}}`;
}

/** The record of a transaction's id: admission and status. */
export function recordKey(shard: number, ledgerId: number, id: string): string {
  return `${shardTag(shard)}:t:${ledgerId}:${id}`;
}

/** A balance: `version posted held`, in minor units. */
export function balanceKey(
  shard: number,
  ledgerId: number,
  address: string,
  asset: string,
): string {
  return `${shardTag(shard)}:b:${ledgerId}:${address}:${asset}`;
}

/** Present while no record of a queued command can have been lost. */
export function intactKey(shard: number): string {
  return `${shardTag(shard)}:intact`;
}

/** The channel on which a committer names the transactions that it has just published. */
export function doneChannel(shard: number): string {
  return `${shardTag(shard)}:done`;
}

/** A hash from chunk to how often a committer died with it in hand. */
export function orphaningsKey(shard: number): string {
  return `${shardTag(shard)}:orphanings`;
}

/** A hash from command to how often a process began to apply it alone. */
export function attemptsKey(shard: number): string {
  return `${shardTag(shard)}:attempts`;
}

/** Present while a shard is stopped for a person to look. */
export function stoppedKey(shard: number): string {
  return `${shardTag(shard)}:stopped`;
}

/** A hash from chunk to its data and the reason for which it was set aside. */
export function asideKey(shard: number): string {
  return `${shardTag(shard)}:aside`;
}
