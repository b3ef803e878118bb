import type { HeldLedger } from '../../support/held-ledger.ts';
import { withSql } from '../../support/open-world.ts';
import type { Random } from '../random.ts';
import { between, type Fault, ledgerOf, wait } from './fault.ts';
import { createProbe } from './probe.ts';
import { holdUntilStuck } from './stuck.ts';

const TIMES_MAX = 4;
const APART_MS = { least: 300, most: 1_800 };
const STUCK_SHARE = 0.6;
/** So much waits behind a commit that is stuck, in bulks. */
const BULKS = 4;
const BULK = 500;

const END_SESSIONS = `select pg_terminate_backend(pid) from pg_stat_activity
  where application_name like 'razao committer%'`;

/** The server ends the sessions of all committers, once or several times, also while one is stuck and much waits behind it. */
export function createSessions(random: Random): Fault {
  const pauses = Array.from({ length: 1 + random.below(TIMES_MAX) }, () =>
    between(random, APART_MS.least, APART_MS.most),
  );
  const stuck = random.chance(STUCK_SHARE);
  let held: HeldLedger | undefined;
  return {
    drawn: `${pauses.length} times${stuck ? ', a commit stuck' : ''}`,
    async prepare(scene) {
      if (!stuck) return;
      const ledger = ledgerOf(scene);
      held = await holdUntilStuck(scene, ledger);
      const probe = createProbe(scene, ledger, 'backlog');
      for (let n = 0; n < BULKS; n++) await probe.depositMany(BULK);
    },
    async strike(scene) {
      for (const ms of pauses) {
        await withSql(scene.stack, (client) => client.query(END_SESSIONS));
        await wait(scene, ms);
      }
    },
    async heal() {
      await held?.release();
    },
  };
}
