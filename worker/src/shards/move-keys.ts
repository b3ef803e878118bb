import { allShardKeys, ledgerOfKey, type ShardKeys } from '@razao/shared/runtime/keys.ts';
import { scanKeys } from '@razao/shared/runtime/scan-keys.ts';
import { shardOf } from '@razao/shared/runtime/shard.ts';
import type { Redis } from 'ioredis';
import type { Client } from 'pg';
import type { Stores } from '../installation/with-stores.ts';

const KEY = /^\{razao:[^:}]+:\d+\}:(.+)$/;
/** A hash from ledger to something about it. */
const BY_LEDGER = new Set(['heads']);
/** A hash from chunk to its data and more. */
const BY_CHUNK = new Set(['aside', 'discarded']);

type Move = {
  redis: Redis;
  key: string;
  rest: string;
  /** Where the keys of a ledger are from now on; undefined where the database lacks it. */
  placeOf: (ledgerUid: string) => ShardKeys | undefined;
  all: readonly ShardKeys[];
};

/**
 * Moves what Redis keeps of an installation to the shards in which its ledgers are from now on; what an empty queue leaves behind
 * is deleted. May be repeated, and gone on with after an interruption. Returns how many keys were moved.
 */
export async function moveKeys(
  { client, redis }: Stores,
  installation: string,
  shards: number,
): Promise<number> {
  const ledgers = await readLedgers(client);
  const all = allShardKeys(installation, shards);
  const placeOf = (uid: string) => {
    const name = ledgers.get(uid);
    return name === undefined ? undefined : all[shardOf(name, shards)];
  };
  let moved = 0;
  for await (const keys of scanKeys(redis, `{razao:${installation}:*`)) {
    const moves = keys.map((key) => {
      const [, rest = ''] = KEY.exec(key) ?? [];
      return moveKey({ redis, key, rest, placeOf, all });
    });
    for (const done of await Promise.all(moves)) if (done) moved += 1;
  }
  return moved;
}

async function moveKey(move: Move): Promise<boolean> {
  const { redis, key, rest, placeOf } = move;
  if (/^[tb]:/.test(rest)) {
    // The mark that no record is missing is made anew by whoever misses it.
    const place = rest === 't:intact' ? undefined : placeOf(ledgerOfKey(rest));
    if (!place) {
      await redis.unlink(key);
      return false;
    }
    return rename(redis, key, `${place.tag}:${rest}`);
  }
  if (BY_LEDGER.has(rest)) return splitHash(move, (field) => placeOf(field));
  if (BY_CHUNK.has(rest)) return splitHash(move, (_, text) => placeOfChunk(move, text));
  if (rest === 'stopped') return copyMark(move);
  await redis.unlink(key);
  return false;
}

async function rename(redis: Redis, key: string, to: string): Promise<boolean> {
  if (key === to) return false;
  await redis.rename(key, to).catch((error: Error) => {
    // It has expired meanwhile.
    if (!error.message.includes('no such key')) throw error;
  });
  return true;
}

async function splitHash(
  { redis, key, rest }: Move,
  placeOf: (field: string, value: string) => ShardKeys | undefined,
): Promise<boolean> {
  const fields: Record<string, string> = await redis.hgetall(key);
  let moved = false;
  for (const [field, value] of Object.entries(fields)) {
    const to = `${placeOf(field, value)?.tag ?? key.slice(0, -rest.length - 1)}:${rest}`;
    if (to === key) continue;
    // One step: interrupted, it is in neither place twice.
    await redis.multi().hset(to, field, value).hdel(key, field).exec();
    moved = true;
  }
  return moved;
}

/** A chunk goes where the ledger of its first command is; one that cannot be read, to the first shard. */
function placeOfChunk({ placeOf, all }: Move, text: string): ShardKeys | undefined {
  const uid = /"ledgerUid":"([^"]+)"/.exec(text)?.[1];
  return (uid === undefined ? undefined : placeOf(uid)) ?? all[0];
}

/** A shard that stands still for a person to look: all do, since its ledgers may be in any of them. */
async function copyMark({ redis, key, rest, all }: Move): Promise<boolean> {
  const mark = await redis.get(key);
  if (mark === null) return false;
  for (const { tag } of all) await redis.set(`${tag}:${rest}`, mark);
  if (!all.some(({ tag }) => `${tag}:${rest}` === key)) await redis.unlink(key);
  return true;
}

async function readLedgers(client: Client): Promise<Map<string, string>> {
  const { rows } = await client.query<{ uid: string; name: string }>(
    'select uid, name from ledgers',
  );
  return new Map(rows.map(({ uid, name }) => [uid, name]));
}
