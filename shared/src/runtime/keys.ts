import { longId, SHORT_ID_CHARS, shortId } from './short-id.ts';

/**
 * Every key in Redis but the queue's own, which begin with a shard's tag too. All contain the installation's id, so that
 * two installations can never take each other's keys for their own, and name a ledger by its uid: a number can be given again
 * by a database that was restored.
 */

/** Where the keys of one shard of an installation are. They share a hash tag, so that a script over several of them stays on one node of a Redis Cluster. */
export type ShardKeys = {
  readonly installation: string;
  readonly shard: number;
  readonly tag: string;
};

export function shardKeys(installation: string, shard: number): ShardKeys {
  return { installation, shard, tag: `{razao:${installation}:${shard}}` };
}

/** Those of all shards of an installation, in order. */
export function allShardKeys(installation: string, shards: number): ShardKeys[] {
  return Array.from({ length: shards }, (_, shard) => shardKeys(installation, shard));
}

/** A hash of what waits or is active in a shard; among the queue's own keys, which do not vanish. See `queue/backlog/scripts.ts`. */
export function backlogKey({ tag }: ShardKeys): string {
  return `${tag}:chunks:backlog`;
}

/** Commands per second that a shard's committer posts, while more waits than it has in hand. */
export function drainRateKey({ tag }: ShardKeys): string {
  return `${tag}:chunks:rate`;
}

/** Names the installation that a Redis belongs to, and the id that this Redis was given: the only key without an installation's id. */
export const BOND_KEY = 'razao:bond';

/** A copy of that line, among a queue's keys, so that it stays where everything else vanishes. */
export function bondCopyKey({ tag }: ShardKeys): string {
  return `${tag}:chunks:bond`;
}

/** Present while the installation is halted for an operator to decide: the reason. */
export function haltKey(installation: string): string {
  return `razao:${installation}:halted`;
}

/** How often an operator has decided to go on with what there is. */
export function adoptionsKey(installation: string): string {
  return `razao:${installation}:adoptions`;
}

/** Present while a process sweeps records and balances that are to live for less long: that process. */
export function sweeperKey(installation: string): string {
  return `razao:${installation}:sweeper`;
}

/**
 * The record of a transaction's id: admission and status. Of all keys these are the most by far, and one of 60 characters takes less
 * memory than one of 61: so the id is written in few, and nothing stands before it.
 */
export function recordKey({ tag }: ShardKeys, ledgerUid: string, id: string): string {
  return `${tag}:t:${ledgerUid}${shortId(id)}`;
}

/** The ledger of a record or of a balance, by what stands in its key behind the shard's tag and a colon. */
export function ledgerOfKey(rest: string): string {
  return rest.startsWith('t:') ? rest.slice(2, -SHORT_ID_CHARS) : (rest.split(':', 2)[1] ?? '');
}

/** Whose record a key is that `recordKey` made for a UUID. */
export function readRecordKey({ tag }: ShardKeys, key: string): { ledgerUid: string; id: string } {
  const rest = key.slice(tag.length + 1);
  return { ledgerUid: ledgerOfKey(rest), id: longId(rest.slice(-SHORT_ID_CHARS)) };
}

/** Among which keys, as a pattern of Redis, those of records are. */
export function recordPattern({ tag }: ShardKeys): string {
  return `${tag}:t:*`;
}

/** A balance: `version posted held`, in minor units. */
export function balanceKey(
  { tag }: ShardKeys,
  ledgerUid: string,
  address: string,
  asset: string,
): string {
  return `${tag}:b:${ledgerUid}:${address}:${asset}`;
}

/**
 * Present while no record of a queued command can have been lost; among the records, so that it goes where they go. It holds the
 * instant until which records of what is posted may be missing, in ms since the epoch.
 */
export function intactKey({ tag }: ShardKeys): string {
  return `${tag}:t:intact`;
}

/** A hash from ledger to the last sequence that was published: a database that has less was restored to an older position. */
export function headsKey({ tag }: ShardKeys): string {
  return `${tag}:heads`;
}

/** The channel on which a committer names the transactions that it has just published. */
export function doneChannel({ tag }: ShardKeys): string {
  return `${tag}:done`;
}

/** The process that reclaimed a shard's chunks last. */
export function shardOwnerKey({ tag }: ShardKeys): string {
  return `${tag}:owner`;
}

/** A hash: `<process> <chunk>` for each process that had the shard, and the chunk in hand, before it was reclaimed: when (ms). */
export function deliveryAttemptsKey({ tag }: ShardKeys): string {
  return `${tag}:orphanings`;
}

/** A hash: `<attempt> <chunk>` for each try of a part of a suspect chunk that has not ended: `<process> <part>`. */
export function attemptsKey({ tag }: ShardKeys): string {
  return `${tag}:attempts`;
}

/** What a process said of itself last: `<ms>`, or `<ms> exited`. */
export function ownerKey(installation: string, owner: string): string {
  return `${processesTag(installation)}:owner:${owner}`;
}

/** Present while a process makes a Redis forget what is older than the database. */
export function mendingKey(installation: string): string {
  return `${processesTag(installation)}:mending`;
}

/** A hash from shard to when its committer said last that it works (ms). */
export function committersKey(installation: string): string {
  return `${processesTag(installation)}:committers`;
}

/** What processes say of themselves, which is about no shard, is in one place too. */
function processesTag(installation: string): string {
  return `{razao:${installation}:processes}`;
}

/** Present while a shard is stopped for a person to look. */
export function stoppedKey({ tag }: ShardKeys): string {
  return `${tag}:stopped`;
}

/** A hash from chunk to its data and the reason for which it was set aside. */
export function deadLettersKey({ tag }: ShardKeys): string {
  return `${tag}:aside`;
}

/** A hash from chunk to its data and the reason for which an operator has discarded it. */
export function discardedKey({ tag }: ShardKeys): string {
  return `${tag}:discarded`;
}
