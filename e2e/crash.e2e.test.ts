import { expect, test } from 'vitest';
import { runForTest } from './crash/run-for-test.ts';

/** Its first four rounds kill an API with the active worker, Postgres, the active worker, and Redis. */
const SEED = 1_553;
/** The reasons for which its clients mean to be rejected. */
const MEANT = [
  'account_frozen',
  'already_reverted',
  'balance_limit_exceeded',
  'condition_failed',
  'dependency_failed',
  'hold_amount_exceeded',
  'hold_not_open',
  'insufficient_funds',
  'revert_amount_exceeded',
  'target_unknown',
];

test('kill -9 of a worker, Redis, Postgres, and an API with a worker, under load: no client was told anything that is not so, and each time posting goes on in time', async ({
  signal,
}) => {
  const report = await runForTest('e2e-crash', { kills: 4, seed: SEED, signal });
  expect(report.violations).toEqual([]);
  expect(report.kinds.map(({ kind }) => kind).sort()).toEqual([
    'api+worker',
    'postgres',
    'redis',
    'worker',
  ]);
  // It proves something only if enough of everything happened.
  expect(report.accepted).toBeGreaterThan(1_000);
  expect(report.posted + report.held + report.rejected).toBe(report.accepted);
  for (const count of [report.replays, report.conflicts, report.reads, report.retries])
    expect(count).toBeGreaterThan(50);
  for (const answer of ['201', '202', '422 account_frozen', '503 unavailable', 'no answer'])
    expect(report.answers).toHaveProperty([answer]);
  expect(Object.keys(report.rejections).sort()).toEqual(MEANT);
  expect(Object.keys(report.holds)).toEqual(['expired', 'posted', 'released']);
  for (const count of Object.values(report.holds)) expect(count).toBeGreaterThan(20);
});
