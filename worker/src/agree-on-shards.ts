import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '@razao/shared/runtime/log.ts';
import type { Service } from '@razao/shared/runtime/service.ts';
import { agreeOnShards, ShardsMismatch } from '@razao/sql/shards.ts';
import { Client } from 'pg';

const RETRY_MS = 500;

/** Compares SHARDS with the database before anything else starts; waits for a database that is down. */
export function agreeOnShardsService(
  config: { DATABASE_URL: string; SHARDS: number },
  log: Logger,
): Service {
  const stopping = new AbortController();
  return {
    name: 'shards',
    async start() {
      while (!stopping.signal.aborted) {
        const client = new Client({ connectionString: config.DATABASE_URL });
        client.on('error', () => {});
        try {
          await client.connect();
          await agreeOnShards(client, config.SHARDS);
          return;
        } catch (error) {
          if (error instanceof ShardsMismatch) throw error;
          log.warn({ err: error }, 'the database is not ready; trying again');
        } finally {
          await client.end().catch(() => {});
        }
        await delay(RETRY_MS, undefined, { signal: stopping.signal }).catch(() => {});
      }
    },
    async stop() {
      stopping.abort();
    },
  };
}
