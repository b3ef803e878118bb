import type { Command } from '@razao/shared/contract/command.ts';
import { IDEMPOTENCY_WINDOW_SECONDS_MIN } from '@razao/shared/contract/limits.ts';
import { toOutcome } from '@razao/shared/contract/outcome-row.ts';
import { encodeOutcome } from '@razao/shared/contract/status-record.ts';
import { recordKey, type ShardKeys } from '@razao/shared/runtime/keys.ts';
import type { Redis } from 'ioredis';
import type { TransactionLookup } from '../transactions/lookup.ts';

/**
 * Writes the records of those commands whose ids are posted, from Postgres, where they are missing: so that a retry is answered by
 * what became of it, and a reused key is refused. They live for a minute: as long as records are in doubt they are recalled again. Throws where Postgres or Redis does not answer.
 */
export type Recall = (keys: ShardKeys, commands: readonly Command[]) => Promise<void>;

export function createRecall(redis: Redis, lookup: Pick<TransactionLookup, 'rows'>): Recall {
  return async (keys, commands) => {
    const writing = redis.pipeline();
    for (const [ledgerUid, some] of Map.groupBy(commands, (command) => command.ledgerUid)) {
      const rows = await lookup.rows(
        ledgerUid,
        some.map(({ id }) => id),
      );
      for (const [id, row] of rows) {
        const line = encodeOutcome(toOutcome(row));
        writing.set(
          recordKey(keys, ledgerUid, id),
          line,
          'EX',
          IDEMPOTENCY_WINDOW_SECONDS_MIN,
          'NX',
        );
      }
    }
    for (const [error] of (await writing.exec()) ?? []) if (error) throw error;
  };
}
