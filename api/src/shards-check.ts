import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '@razao/shared/runtime/log.ts';
import type { Service } from '@razao/shared/runtime/service.ts';
import { agreeOnShards, ShardsMismatch } from '@razao/sql/shards.ts';
import type { Database } from './database.ts';

const RETRY_MS = 500;

/**
 * Compares SHARDS with the database before the API listens: with another number it would send ledgers to the wrong queues.
 * Waits for a database that is down.
 */
export function createShardsCheck(
  { settings }: Pick<Database, 'settings'>,
  shards: number,
  log: Logger,
): Service & { agreed(): boolean } {
  const stopping = new AbortController();
  let agreed = false;
  return {
    name: 'shards',
    agreed: () => agreed,
    async start() {
      while (!agreed && !stopping.signal.aborted) {
        try {
          await agreeOnShards(settings, shards);
          agreed = true;
        } catch (error) {
          if (error instanceof ShardsMismatch) throw error;
          log.warn({ err: error }, 'the database is not ready; trying again');
          await delay(RETRY_MS, undefined, { signal: stopping.signal }).catch(() => {});
        }
      }
    },
    async stop() {
      stopping.abort();
    },
  };
}
