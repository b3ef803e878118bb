import { toChunk } from '@razao/shared/contract/chunk.ts';
import type { Chunk } from '@razao/shared/queue/chunk-consumer.ts';
import { addDeadLetter } from '@razao/shared/queue/dead-letters.ts';
import type { ShardKeys } from '@razao/shared/runtime/keys.ts';
import type { Logger } from '@razao/shared/runtime/log.ts';
import type { Redis } from 'ioredis';
import type { UnknownLedger } from './unknown-ledger.ts';

export type DeadLetterDeps = { redis: Redis; keys: ShardKeys; log: Logger };

/** Sets aside a chunk that cannot be read, with the reason. The caller then takes it out of the queue. */
export function toDeadLetter(deps: DeadLetterDeps, { id, job, fault }: Chunk): Promise<void> {
  return put(deps, id, fault?.reason ?? 'cannot be decoded', job.data);
}

/**
 * Sets aside the commands of ledgers that the database lacks; returns the chunks with the others. What was discarded has been
 * set aside once and is kept: nothing more can come of it.
 */
export async function withoutUnknown(
  deps: DeadLetterDeps,
  chunks: readonly Chunk[],
  error: UnknownLedger,
): Promise<Chunk[]> {
  const { keys, log } = deps;
  const others: Chunk[] = [];
  for (const chunk of chunks) {
    const { unknown = [], known = [] } = Object.groupBy(chunk.commands ?? [], ({ ledgerUid }) =>
      error.ledgerUids.has(ledgerUid) ? 'unknown' : 'known',
    );
    if (chunk.discarded && unknown.length > 0)
      log.warn(
        { shard: keys.shard, chunk: chunk.id, reason: error.message },
        'discarded commands are dropped',
      );
    else if (unknown.length > 0) await put(deps, chunk.id, error.message, toChunk(unknown));
    others.push({ ...chunk, commands: known });
  }
  return others;
}

async function put(
  { redis, keys, log }: DeadLetterDeps,
  id: string,
  reason: string,
  data: unknown,
): Promise<void> {
  log.error({ shard: keys.shard, chunk: id, reason }, 'a chunk is set aside (see npm run queue)');
  await addDeadLetter(redis, keys, { id, reason, data });
}
