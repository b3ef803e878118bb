import type { Logger } from '@razao/shared/runtime/log.ts';
import { tryUntilDone } from '@razao/shared/runtime/try-until-done.ts';
import { agreeOnShards, ShardsMismatch } from '@razao/sql/shards.ts';
import type { Database } from './database.ts';

/**
 * Compares SHARDS with the database before the API listens: with another number it would send ledgers to the wrong queues.
 * Waits for a database that is down.
 */
export function createShardsCheck(
  { settings }: Pick<Database, 'settings'>,
  shards: number,
  log: Logger,
) {
  return tryUntilDone({
    name: 'shards',
    attempt: () => agreeOnShards(settings, shards),
    fatal: (error) => error instanceof ShardsMismatch,
    log,
  });
}
