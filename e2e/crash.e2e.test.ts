import { expect, test } from 'vitest';
import { runForTest } from './crash/run-for-test.ts';

/** Processes and stores killed, and those of the other faults that are soon over. */
const KINDS = ['api+worker', 'redis', 'sessions', 'slow', 'records', 'rewind'];
/**
 * With these kinds it ends the committers' sessions twice with a commit stuck, delays what an API sends to Redis by most of a
 * second, loses the records while commands wait, and restores Postgres to a point with a commit stuck.
 */
const SEED = 10_462;
/** The reasons for which its clients mean to be rejected. */
const MEANT = [
  'account_frozen',
  'already_reverted',
  'balance_limit_exceeded',
  'condition_failed',
  'dependency_failed',
  'effective_before_target',
  'hold_amount_exceeded',
  'hold_not_open',
  'insufficient_funds',
  'revert_amount_exceeded',
  'target_unknown',
];

test(
  'processes and stores killed, sessions ended, a slow way, records lost and a restore, under load: no client was told anything that is not so, and each time posting goes on in time',
  async ({ signal }) => {
    const report = await runForTest('e2e-crash', {
      kills: KINDS.length,
      seed: SEED,
      only: KINDS,
      signal,
    });
    expect(report.violations).toEqual([]);
    expect(report.kinds.map(({ kind }) => kind).sort()).toEqual(KINDS.toSorted());
    // It proves something only if enough of everything happened.
    expect(report.accepted).toBeGreaterThan(1_000);
    // What was accepted after the point to which the restore went is lost, and nothing else.
    const lost = report.accepted - report.posted - report.held - report.rejected;
    expect(lost).toBeGreaterThanOrEqual(0);
    expect(lost).toBeLessThanOrEqual(report.mayBeLost);
    for (const count of [report.replays, report.conflicts, report.reads, report.retries])
      expect(count).toBeGreaterThan(50);
    for (const answer of ['201', '202', '422 account_frozen', '503 unavailable', 'no answer'])
      expect(report.answers).toHaveProperty([answer]);
    expect(Object.keys(report.rejections).sort()).toEqual(MEANT);
    expect(Object.keys(report.holds)).toEqual(['expired', 'posted', 'released']);
    for (const count of Object.values(report.holds)) expect(count).toBeGreaterThan(20);
  },
  10 * 60_000,
);
