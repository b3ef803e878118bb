import type { HeldLedger } from '../../support/held-ledger.ts';
import { withRedis } from '../../support/open-world.ts';
import { askForStranger } from '../load/replayer.ts';
import type { Random } from '../random.ts';
import { scan } from '../verify/chunks.ts';
import { between, type Fault, ledgerOf, type Scene, wait } from './fault.ts';
import { goOver } from './go-over.ts';
import { holdUntilStuck } from './stuck.ts';

const STUCK_SHARE = 0.7;
const WAITING_MS = { least: 200, most: 1_500 };
/** The youngest are asked for after the loss, so long at least. */
const LOOKS = 25;
const LOOKING_MS = 2_500;
const ASKING_MS_MAX = 5_000;

/** Redis loses what it knows of transactions and accounts, at any moment or while commands wait; the queue stays. */
export function createRecords(random: Random): Fault {
  const stuck = random.chance(STUCK_SHARE);
  const waitMs = between(random, WAITING_MS.least, WAITING_MS.most);
  let held: HeldLedger | undefined;
  let looking: Promise<void> | undefined;
  return {
    drawn: stuck ? `while commands wait, for ${waitMs} ms before` : 'at once',
    async prepare(scene) {
      const { stack, load, pick } = scene;
      const ledger = ledgerOf(scene);
      const asking = { stack, journal: load.journal, ledger, number: pick };
      // Under load the queue is hardly ever seen empty, which is when a missing record begins to mean something.
      await load.pause();
      await askForStranger(asking, ASKING_MS_MAX).finally(load.resume);
      if (!stuck) return;
      held = await holdUntilStuck(scene, ledger);
      await wait(scene, waitMs);
    },
    async strike(scene) {
      await loseRecords(scene);
      looking = goOver(scene, [ledgerOf(scene)], LOOKS);
      await wait(scene, LOOKING_MS);
    },
    async heal() {
      await held?.release();
      await looking;
    },
  };
}

/** Unlinks all records and balances, and notes when. */
async function loseRecords({ stack, load }: Scene): Promise<void> {
  const from = Date.now();
  await withRedis(stack, async (redis) => {
    const keys = [...(await scan(redis, '*:t:*')), ...(await scan(redis, '*:b:*'))];
    // At once, as they are lost: what is made anew meanwhile would be lost a second time, and nobody would know.
    const losing = redis.multi();
    for (let n = 0; n < keys.length; n += 1_000) losing.unlink(keys.slice(n, n + 1_000));
    await losing.exec();
  });
  load.journal.told.losses.push({ from, to: Date.now() });
}
