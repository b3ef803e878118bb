import type { HeldLedger } from '../../support/held-ledger.ts';
import { holdLedger } from '../../support/held-ledger.ts';
import { putLedger } from '../load/ledgers.ts';
import { settleStores } from '../operator/settle-stores.ts';
import type { Random } from '../random.ts';
import {
  type BaseBackup,
  markPoint,
  restorePostgres,
  takeBaseBackup,
} from '../stack/postgres-copy.ts';
import { untilDrained } from '../verify/chunks.ts';
import { type Fault, ledgerOf, oneOf, type Scene } from './fault.ts';
import { createProbe } from './probe.ts';
import { bringBack, lookAfter } from './rewind-after.ts';
import { drawLedgers, type RewindLedgers } from './rewind-ledgers.ts';
import { untilStuck } from './stuck.ts';

const POSTED = 3;
/** Commands that get into one chunk, of each of two ledgers. */
const TOGETHER = 3;
const SLOW_MS = 300;

/** What is drawn of it. */
export type RewindPlan = {
  /** Which processes run on through it all. */
  stay: 'none' | 'apis' | 'all';
  /** Who creates a ledger first after it: the same one anew, or somebody another. */
  first: 'same' | 'other';
  /** Whether that is before the workers are there. */
  early: boolean;
  /** Whether an outsider holds a ledger of the load meanwhile, so that a commit is stuck. */
  stuck: boolean;
};

/**
 * Postgres is restored to a point, and Redis stays as it is. The load stands still from the point on; what is told after it is
 * told to clients of the fault, in a ledger that was created after it. That ledger, and what was posted in it, may be gone. But
 * whatever waited is posted where it was sent to, or set aside, and the next ledger that is created has only what is sent to it.
 */
export function createRewind(random: Random): Fault {
  const plan: RewindPlan = {
    stay: oneOf(random, ['none', 'apis', 'all']),
    first: oneOf(random, ['same', 'other']),
    early: random.chance(0.5),
    stuck: random.chance(0.6),
  };
  const waiting: string[] = [];
  let wasDeadLetter = '';
  let ledgers: RewindLedgers | undefined;
  let backup: BaseBackup | undefined;
  return {
    drawn: `${plan.stay} stay, ${plan.first} ledger first, ${plan.early ? 'before' : 'after'} the workers${plan.stuck ? ', a commit stuck' : ''}`,
    async prepare(scene) {
      ledgers = drawLedgers(scene);
      backup = await takeBaseBackup(scene.stack);
      await scene.load.pause();
      await untilDrained(scene.stack, { signal: scene.signal });
      await markPoint(scene.stack, pointOf(scene));
    },
    async strike(scene) {
      if (ledgers === undefined || backup === undefined) throw new Error('there is no backup');
      const held = await useLostLedger(scene, ledgers, waiting);
      await endSome(scene, plan);
      await restorePostgres(scene.stack, backup, pointOf(scene));
      await held.release();
      await settleStores(scene, { postgres: 'to a point', redis: 'kept' });
    },
    async heal(scene) {
      scene.signal.throwIfAborted();
      if (ledgers !== undefined) {
        const back = await bringBack(scene, ledgers, plan);
        waiting.push(...back.accepted);
        wasDeadLetter = back.aside;
      }
      await Promise.all(scene.stack.processes.map((process) => process.start()));
      scene.load.resume();
    },
    settle: async (scene) =>
      ledgers ? await lookAfter(scene, ledgers, waiting, wasDeadLetter) : [],
  };
}

function pointOf({ round }: Scene): string {
  return `rewind-${round}`;
}

/**
 * Creates the ledger that will be lost, posts some in it, and leaves some waiting: together with others in one chunk, of
 * which a commit is stuck. Notes the ids of those that wait in the ledger.
 */
async function useLostLedger(
  scene: Scene,
  { lost }: RewindLedgers,
  waiting: string[],
): Promise<HeldLedger> {
  const { stack } = scene;
  const kept = ledgerOf(scene);
  await putLedger(stack, lost);
  scene.ownLedgers.push(lost);
  const gone = createProbe(scene, lost, 'gone');
  for (let n = 0; n < POSTED; n++) await gone.deposit({ wait: true, mayBeLost: true });
  const holds = await Promise.all([holdLedger(stack, lost), holdLedger(stack, kept)]);
  const [api] = stack.apis;
  if (api === undefined) throw new Error('the stack has no API');
  const { redis } = stack.waysOf(api);
  redis.delay({ to: SLOW_MS });
  const inLost = Array.from({ length: TOGETHER }, (_, n) => createProbe(scene, lost, `lost-${n}`));
  const inKept = Array.from({ length: TOGETHER }, (_, n) => createProbe(scene, kept, `kept-${n}`));
  // The first one's flush takes so long that all others gather meanwhile.
  const first = createProbe(scene, kept, 'first').deposit();
  const ids = await Promise.all([
    ...inLost.map((probe) => probe.deposit({ mayBeLost: true })),
    ...inKept.map((probe) => probe.deposit()),
  ]);
  await first;
  redis.delay({ to: 0 });
  waiting.push(...ids.slice(0, TOGETHER).filter((id) => id !== null));
  await untilStuck(scene);
  return {
    async release() {
      await Promise.all(holds.map((hold) => hold.release().catch(() => {})));
    },
  };
}

async function endSome({ stack }: Scene, { stay }: RewindPlan): Promise<void> {
  const ended = { none: stack.processes, apis: stack.workers, all: [] }[stay];
  await Promise.all(ended.map((process) => process.kill()));
}
