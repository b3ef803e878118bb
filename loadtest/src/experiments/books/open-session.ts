import { createLog } from '@razao/shared/runtime/log.ts';
import { noteRedis, readBond } from '@razao/sql/installation.ts';
import { withPostgres } from '@razao/stack/services/with-postgres.ts';
import { LockSession } from '@razao/worker/leadership/lock-session.ts';

const WAIT_MS = 10_000;
const log = createLog('measure', 'silent');

/** A committer's own session, with all that it sets. Each shard has a lock of its own. */
export async function openSession(databaseUrl: string, shard: number): Promise<LockSession> {
  const bond = await bondFor(databaseUrl);
  const options = { databaseUrl, shard, durability: 'checked', bond, log } as const;
  const session = await LockSession.acquire(options, AbortSignal.timeout(WAIT_MS));
  if (session === null) throw new Error(`no lock on shard ${shard} within ${WAIT_MS} ms`);
  return session;
}

/** Nothing is published here: the Redis that the database works with is only a name. */
async function bondFor(databaseUrl: string) {
  return await withPostgres(databaseUrl, async (client) => {
    await noteRedis(client, 'none');
    const { installation, redis } = await readBond(client);
    return { installation: installation ?? '', redis: redis ?? '' };
  });
}
