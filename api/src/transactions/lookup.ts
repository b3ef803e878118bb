import { CHUNK_UNDER_WAY_MS_MAX, SEARCHED_CHUNKS_MAX } from '@razao/shared/contract/limits.ts';
import { Problem } from '@razao/shared/contract/problems.ts';
import {
  decodeRecord,
  type QueuedRecord,
  type StatusRecord,
} from '@razao/shared/contract/status-record.ts';
import { type ChunkQueue, openChunkQueue } from '@razao/shared/queue/chunk-queue.ts';
import { isDeadLetter } from '@razao/shared/queue/dead-letters.ts';
import { chunksPresent } from '@razao/shared/queue/depth.ts';
import {
  countAccepted,
  type QueuedChunk,
  readDiscarded,
  readQueue,
} from '@razao/shared/queue/read-queue.ts';
import type { RecordsRestorer } from '@razao/shared/queue/restore-records.ts';
import type { Clock } from '@razao/shared/runtime/clock.ts';
import { intactKey, recordKey, type ShardKeys } from '@razao/shared/runtime/keys.ts';
import type { RedisGuard } from '@razao/shared/runtime/redis-guard.ts';
import type { Redis } from 'ioredis';
import { type Selectable, sql } from 'kysely';
import type { Database } from '../database.ts';
import type { Ledger } from '../ledgers/ledger-directory.ts';
import { ledgerId } from '../ledgers/ledger-id.ts';
import type { ReadModel } from '../read-model.ts';

export type TransactionRow = Selectable<ReadModel['transactions_view']>;

export type TransactionLookup = {
  /** The records of ids of one shard; null where there is none. Throws where Redis does not answer. */
  records(
    shard: number,
    keys: readonly { ledgerUid: string; id: string }[],
  ): Promise<(StatusRecord | null)[]>;
  /** The stored transaction, if there is one. Throws where Postgres does not answer. */
  row(ledgerUid: string, id: string): Promise<TransactionRow | undefined>;
  /** Those of the transactions that are stored, by their ids. Throws where Postgres does not answer. */
  rows(ledgerUid: string, ids: readonly string[]): Promise<Map<string, TransactionRow>>;
  /**
   * Whether nothing will come of a queued record: its process admitted the id and then died, or gave Redis up, before the
   * chunk was queued. Nobody was told a 202 then, and only the same write again makes more of it.
   */
  abandoned(ledger: Ledger, record: StatusRecord): Promise<boolean>;
  /**
   * An id without a record: what the queue has of it, null where that has nothing. Ask before `row`: what is in neither was never
   * accepted. Throws `unavailable` where that cannot be told.
   */
  findAccepted(ledger: Ledger, id: string): Promise<QueuedRecord | null>;
};

type LookupDeps = {
  redis: Redis;
  guard: RedisGuard;
  database: Database;
  clock: Pick<Clock, 'now'>;
  keysOf: (shard: number) => ShardKeys;
  restore: RecordsRestorer;
};

/** Finds transactions: their records in Redis, their rows in Postgres. */
export function createLookup(deps: LookupDeps): TransactionLookup {
  const { redis, guard, database, clock, keysOf, restore } = deps;
  const queues = new Map<number, ChunkQueue>();
  function queueOf(shard: number): ChunkQueue {
    const queue = queues.get(shard) ?? openChunkQueue(redis, keysOf(shard));
    queues.set(shard, queue);
    return queue;
  }
  function findRow(ledgerUid: string, id: string) {
    return database.read
      .selectFrom('transactions_view')
      .selectAll()
      .where('ledger_id', '=', ledgerId({ uid: ledgerUid }))
      .where('id', '=', id)
      .executeTakeFirst();
  }
  async function findRecord(shard: number, ledgerUid: string, id: string) {
    const line = await redis.get(recordKey(keysOf(shard), ledgerUid, id));
    const record = line === null ? null : decodeRecord(line);
    return record?.status === 'queued' ? record : null;
  }
  return {
    async records(shard, keys) {
      const lines = await redis.mget(
        keys.map(({ ledgerUid, id }) => recordKey(keysOf(shard), ledgerUid, id)),
      );
      return lines.map((line) => (line === null ? null : decodeRecord(line)));
    },
    row: findRow,
    async rows(ledgerUid, ids) {
      const found = await database.read
        .selectFrom('transactions_view')
        .selectAll()
        .where('ledger_id', '=', ledgerId({ uid: ledgerUid }))
        .where(sql<boolean>`id = any(${ids}::uuid[])`)
        .execute();
      return new Map(found.map((row) => [row.id, row]));
    },
    async abandoned({ shard }, record) {
      if (record.status !== 'queued') return false;
      if (clock.now() - Date.parse(record.acceptedAt) < CHUNK_UNDER_WAY_MS_MAX) return false;
      const { chunk } = record;
      const isDead = () => isDeadLetter(redis, keysOf(shard), chunk);
      // Asked for on both sides: it may be moved from one place to the other, in either direction, meanwhile.
      const [before, queued, after] = await Promise.all([
        isDead(),
        chunksPresent(redis, queueOf(shard), [chunk]),
        isDead(),
      ]);
      return !before && !after && !queued.has(chunk);
    },
    async findAccepted({ shard, uid }, id) {
      if (!guard.usable()) throw cannotTell();
      const keys = keysOf(shard);
      // They were lost, or there never were any.
      if ((await redis.exists(intactKey(keys))) === 0) await restore(keys);
      // A single record may be lost too; only in a long queue that is not looked for.
      if ((await countAccepted(redis, keys)) > SEARCHED_CHUNKS_MAX)
        return findRecord(shard, uid, id);
      const queued = await findCommand(readQueue(redis, keys), uid, id);
      if (queued) return queued;
      // What was discarded is in the ledger as rejected, unless the database lacked the ledger then.
      const discarded = await findCommand(readDiscarded(redis, keys), uid, id);
      return discarded && (await findRow(uid, id)) ? null : discarded;
    },
  };
}

async function findCommand(
  chunks: AsyncIterable<QueuedChunk>,
  ledgerUid: string,
  id: string,
): Promise<QueuedRecord | null> {
  for await (const { id: chunk, commands } of chunks) {
    const command = commands.find((one) => one.id === id && one.ledgerUid === ledgerUid);
    if (command) return { ...command, status: 'queued', chunk };
  }
  return null;
}

/** Where neither Redis nor Postgres can tell whether an id was accepted. */
export function cannotTell(): Problem {
  return new Problem(
    'unavailable',
    'it cannot be told now whether this transaction was accepted; try again',
  );
}
