import type { Logger } from '@razao/shared/runtime/log.ts';
import type { Service } from '@razao/shared/runtime/service.ts';
import { tryUntilDone } from '@razao/shared/runtime/try-until-done.ts';
import { agreeOnShards, ShardsMismatch } from '@razao/sql/shards.ts';
import { Client } from 'pg';

/** Compares SHARDS with the database before anything else starts; waits for a database that is down. */
export function agreeOnShardsService(
  config: { DATABASE_URL: string; SHARDS: number },
  log: Logger,
): Service {
  return tryUntilDone({
    name: 'shards',
    attempt: () => agree(config.DATABASE_URL, config.SHARDS),
    fatal: (error) => error instanceof ShardsMismatch,
    log,
  });
}

async function agree(databaseUrl: string, shards: number): Promise<void> {
  const client = new Client({ connectionString: databaseUrl });
  client.on('error', () => {});
  try {
    await client.connect();
    await agreeOnShards(client, shards);
  } finally {
    await client.end().catch(() => {});
  }
}
