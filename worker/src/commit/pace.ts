import { setTimeout as delay } from 'node:timers/promises';
import { BUSY_BATCH_COMMANDS_MIN, BUSY_COMMIT_INTERVAL_MS } from '@razao/shared/contract/limits.ts';

/** Spaces out commits while there is much to do, so that each carries more. */
export type Pace = { began(commands: number): void; next(): Promise<void> };

/**
 * A commit costs some milliseconds of CPU however little it carries. After one that carried many commands the next begins a
 * short while after it began, and not at once; after a small one nothing is waited for, so a quiet ledger is as quick as can
 * be. A commit that took longer than the interval is followed at once.
 */
export function createPace(now: () => number = () => performance.now()): Pace {
  let earliest = Number.NEGATIVE_INFINITY;
  return {
    began(commands) {
      earliest = commands >= BUSY_BATCH_COMMANDS_MIN ? now() + BUSY_COMMIT_INTERVAL_MS : earliest;
    },
    async next() {
      const ms = earliest - now();
      if (ms > 0) await delay(ms);
    },
  };
}
