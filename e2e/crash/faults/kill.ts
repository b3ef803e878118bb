import { type Blow, recoveryTerms, strikeAll } from './blow.ts';
import { between, type CreateFault } from './fault.ts';
import { findVictims, type Strike, type Target, type Victim } from './victims.ts';

/** The second of a pair follows the first so soon, or falls with it. */
const APART_MS_MAX = 500;
const DOWN_MS_MAX = 1_000;

/** `kill -9` of one or two targets, in either order, each started again after a while. */
export function createKill(targets: readonly Target[]): CreateFault {
  return (random) => {
    const order = random.chance(0.5) ? targets.toReversed() : targets;
    const strikes = order.map(
      (target, place): Strike => ({
        target,
        afterMs: place === 0 ? 0 : between(random, 0, APART_MS_MAX),
        downMs: between(random, 0, DOWN_MS_MAX),
      }),
    );
    let victims: Victim[] = [];
    let blows: Blow[] = [];
    return {
      drawn: strikes
        .map(({ target, afterMs, downMs }) => `${target} at ${afterMs} for ${downMs} ms`)
        .join(', '),
      async prepare(scene) {
        victims = await findVictims(scene, strikes);
      },
      async strike({ signal }) {
        blows = await strikeAll(victims, signal);
      },
      async heal() {},
      terms: () => recoveryTerms(blows),
    };
  };
}
