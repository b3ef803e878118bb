import type { Redis } from 'ioredis';
import type { BareCommand } from '../contract/bare-command.ts';
import { decodeChunk, isBareCommand, toDiscardedChunk } from '../contract/chunk.ts';
import { salvage } from '../contract/salvage.ts';
import { decodeRecord, extendFingerprint } from '../contract/status-record.ts';
import { discardedKey, readRecordKey, recordPattern, type ShardKeys } from '../runtime/keys.ts';
import { scanKeys } from '../runtime/scan-keys.ts';
import { type DeadLetter, parseDeadLetter } from './dead-letters.ts';
import { type Moved, moveDeadLetter } from './move-dead-letter.ts';

/** Why an operator discards a chunk, and who that is. */
export type Decision = { reason: string; by: string };

/** A chunk that was discarded, with what was kept of it while it was aside. */
export type DiscardedChunk = Decision & { at: string; aside: Omit<DeadLetter, 'id'> };

/** What became of it: how many of its commands go back into the queue to be rejected there, and whether it told them all. */
export type Discarding = { moved: Moved; rejecting: number; whole: boolean };

/**
 * Takes a chunk that was set aside out for good; its data stays among the discarded. Its clients were told 202: so all of its
 * commands that can be read go back through the queue to be rejected, unless they are in the ledger by then. Where the chunk
 * does not tell which they are, the records in Redis that name it do. Throws where a newer version wrote the chunk.
 */
export async function discardDeadLetter(
  redis: Redis,
  keys: ShardKeys,
  chunkId: string,
  decision: Decision,
): Promise<Discarding> {
  let rejecting = 0;
  let whole = false;
  const moved = await moveDeadLetter(redis, keys, chunkId, async (text) => {
    const aside = parseDeadLetter(text);
    const read = decodeChunk(aside.data);
    if (read.commands === null && read.fault.tooNew)
      throw new Error(`${chunkId} ${read.fault.reason}: discard it by that version`);
    const found = salvage(aside.data);
    whole = found.whole;
    const commands = whole
      ? found.commands
      : union(found.commands, await recordedIn(redis, keys, chunkId));
    // An expiry has no client, and its hold must end: it is sent anew.
    const owed = commands.filter(({ kind }) => kind !== 'expiry');
    rejecting = owed.length;
    const kept: DiscardedChunk = { ...decision, at: new Date().toISOString(), aside };
    return owed.length > 0 ? { kept, queued: toDiscardedChunk(owed) } : { kept };
  });
  return { moved, rejecting, whole };
}

/** How many chunks of a shard were discarded. */
export function countDiscarded(redis: Redis, keys: ShardKeys): Promise<number> {
  return redis.hlen(discardedKey(keys));
}

/** The commands whose records say that they are queued in a chunk. Looks at every record of the shard. */
async function recordedIn(
  redis: Redis,
  places: ShardKeys,
  chunkId: string,
): Promise<BareCommand[]> {
  const commands: unknown[] = [];
  for await (const keys of scanKeys(redis, recordPattern(places))) {
    const lines = await redis.mget(keys);
    for (const [i, key] of keys.entries()) {
      const record = decodeRecord(lines[i] ?? '');
      if (record?.status !== 'queued' || record.chunk !== chunkId) continue;
      const { kind, fingerprint, acceptedAt } = record;
      commands.push({
        ...readRecordKey(places, key),
        kind,
        fingerprint: extendFingerprint(fingerprint),
        acceptedAt,
      });
    }
  }
  return commands.filter(isBareCommand);
}

function union(first: readonly BareCommand[], second: readonly BareCommand[]): BareCommand[] {
  const keyOf = ({ ledgerUid, id }: BareCommand) => `${ledgerUid}/${id}`;
  const known = new Set(first.map(keyOf));
  return [...first, ...second.filter((command) => !known.has(keyOf(command)))];
}
