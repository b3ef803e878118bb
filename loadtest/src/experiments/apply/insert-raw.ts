import { openSession } from '../books/open-session.ts';
import { BATCH } from '../ways/batch.ts';
import { runWay, WARM_UP_SECONDS, type Way } from '../ways/run-way.ts';
import { precomputeInserts } from './precompute-inserts.ts';

/** More than any machine that this runs on inserts in a second. */
const BATCHES_PER_SECOND = 160;

/** The ceiling: the copies of a commit with rows that were computed before, and nothing else. */
export const insertRaw: Way['run'] = async (deps, { url, commands }) => {
  const count = (WARM_UP_SECONDS + deps.seconds) * BATCHES_PER_SECOND;
  const prepared = (await precomputeInserts(url, commands, count)).values();
  const session = await openSession(url, 0);
  const writer = () => {
    const inserts = prepared.next().value;
    if (!inserts) return null;
    return async () => {
      await session.query('begin');
      for (const insert of inserts) await insert(session);
      await session.query('commit');
    };
  };
  const sample = await runWay(deps, BATCH, [writer]);
  session.destroy();
  return sample;
};
