import type { HeldLedger } from '../../support/held-ledger.ts';
import { lockHolder } from '../../support/lock-holder.ts';
import type { Random } from '../random.ts';
import { type Fault, ledgerOf } from './fault.ts';
import { leaveOne } from './leave-one.ts';
import { holdUntilStuck, untilStuck } from './stuck.ts';

const TIMES = 6;
const RIGHT_ENDS = ['code 0', 'SIGKILL'];

/**
 * An outsider holds a ledger, and whichever worker is stuck behind it is restarted in order, over and over: by turns, or a
 * single one while the others are down. Each ends by itself, or is killed at its deadline.
 */
export function createRestarts(random: Random): Fault {
  const alone = random.chance(0.5);
  const wrongEnds: string[] = [];
  let held: HeldLedger | undefined;
  return {
    drawn: `${TIMES} times, ${alone ? 'one worker alone' : 'by turns'}`,
    async prepare(scene) {
      held = await holdUntilStuck(scene, ledgerOf(scene));
    },
    async strike(scene) {
      if (alone) await leaveOne(scene);
      for (let n = 0; n < TIMES; n++) {
        await untilStuck(scene);
        const holder = await lockHolder(scene.stack, ledgerOf(scene), scene.stack.shards);
        await holder.stop();
        if (!RIGHT_ENDS.includes(holder.lastEnd ?? ''))
          wrongEnds.push(`end: ${holder.name}, asked to stop, ended by ${holder.lastEnd}`);
        scene.signal.throwIfAborted();
        await holder.start();
      }
      await untilStuck(scene);
    },
    async heal({ stack }) {
      await held?.release();
      await Promise.all(stack.workers.map((worker) => worker.start()));
    },
    settle: async () => wrongEnds,
  };
}
