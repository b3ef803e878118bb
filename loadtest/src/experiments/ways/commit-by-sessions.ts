import { commitBatch } from '@razao/worker/commit/commit-batch.ts';
import { openSession } from '../books/open-session.ts';
import { BATCH } from './batch.ts';
import { runWay, type Way } from './run-way.ts';

/** The committer's own commit, on `count` sessions at once. Each has the lock of a shard of its own; the ledger is one. */
export function commitBySessions(count: number): Way['run'] {
  return async (deps, { url, commands }) => {
    const shards = Array.from({ length: count }, (_, shard) => shard);
    const sessions = await Promise.all(shards.map((shard) => openSession(url, shard)));
    const writers = sessions.map((session) => () => {
      const batch = commands.take(BATCH);
      return () => commitBatch(session, batch);
    });
    const sample = await runWay(deps, BATCH, writers);
    for (const session of sessions) session.destroy();
    return sample;
  };
}
