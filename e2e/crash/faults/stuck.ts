import { until } from '@razao/stack/test/until.ts';
import { type HeldLedger, holdLedger } from '../../support/held-ledger.ts';
import { withSql } from '../../support/open-world.ts';
import type { Scene } from './fault.ts';

const STUCK_MS_MAX = 20_000;
const COMMITS_THAT_WAIT = `select count(distinct application_name)::int as count from pg_stat_activity
  where application_name like 'razao committer%' and wait_event_type = 'Lock'`;

/** Holds the row of a ledger as an outsider, and waits until a commit is stuck behind it. */
export async function holdUntilStuck(scene: Scene, ledger: string): Promise<HeldLedger> {
  const held = await holdLedger(scene.stack, ledger);
  await untilStuck(scene).catch(async (error) => {
    await held.release();
    throw error;
  });
  return held;
}

/** Waits until so many commits wait for a lock. */
export async function untilStuck({ stack, signal }: Scene, count = 1): Promise<void> {
  await withSql(stack, (client) =>
    until(
      `${count} commits are stuck`,
      async () => {
        const { rows } = await client.query<{ count: number }>(COMMITS_THAT_WAIT);
        return (rows[0]?.count ?? 0) >= count;
      },
      STUCK_MS_MAX,
      signal,
    ),
  );
}
