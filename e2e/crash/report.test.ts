import { expect, test } from 'vitest';
import { countFaults, formatReport, summariseKinds } from './report.ts';
import { type RoundResult, roundViolations } from './rounds/run-round.ts';

const round = (
  kind: string,
  ms: number | null,
  limitMs = 2_000,
  caughtUpMs: number | null = 9,
): RoundResult => ({
  number: 1,
  kind,
  drawn: 'so and so',
  recoveries: [{ ledger: 'crash-0', ms }],
  recoveryMs: ms,
  limitMs,
  caughtUp: { ms: caughtUpMs, limitMs: 30_000 },
  violations: [],
});

test('recoveries are summed up by kind, those alone first', () => {
  const rounds = [
    round('api+worker', 5),
    round('worker', 30),
    round('worker', 10),
    round('worker', 20, 2_000, 50),
  ];
  expect(summariseKinds(rounds)).toEqual([
    { kind: 'worker', kills: 3, p50Ms: 20, maxMs: 30, limitMs: 2_000, caughtUpMaxMs: 50 },
    { kind: 'api+worker', kills: 1, p50Ms: 5, maxMs: 5, limitMs: 2_000, caughtUpMaxMs: 9 },
  ]);
});

test('a round that never recovered is the slowest of all', () => {
  expect(summariseKinds([round('redis', 10), round('redis', null)])[0]).toMatchObject({
    p50Ms: 10,
    maxMs: null,
  });
});

test('a round within its limit is fine; one beyond it, or without end, names its ledger', () => {
  expect(roundViolations(round('worker', 2_000))).toEqual([]);
  expect(roundViolations(round('worker', 2_001))).toEqual([
    'late: round 1, worker (so and so): crash-0 posted again only after 2001 ms, limit 2000 ms',
  ]);
  expect(roundViolations(round('worker', null))[0]).toContain('crash-0 posted again never');
});

test('what waits too long after the fault is over is told, and what the fault has seen', () => {
  const slow = roundViolations(round('worker', 1, 2_000, 30_001));
  expect(slow).toEqual([
    'slow: round 1, worker (so and so): what waited was posted only after 30001 ms, limit 30000 ms',
  ]);
  expect(roundViolations(round('worker', 1, 2_000, null))[0]).toContain('posted never');
  const seen = { ...round('worker', 1), violations: ['died: worker'] };
  expect(roundViolations(seen)).toEqual(['died: worker']);
});

test('violations are counted by what stands before their colon', () => {
  expect(countFaults(['lost: a', 'told back: b', 'lost: c: d'])).toEqual({
    lost: 2,
    'told back': 1,
  });
});

test('the text tells the seed and the figures', () => {
  const text = formatReport({
    ok: false,
    seed: 42,
    only: ['worker'],
    kills: 1,
    seconds: 3,
    accepted: 10,
    mayBeLost: 0,
    posted: 7,
    held: 1,
    rejected: 2,
    rejections: { hold_not_open: 2 },
    holds: { expired: 1 },
    replays: 1,
    conflicts: 4,
    reads: 5,
    retries: 6,
    answers: { '202': 9, 'no answer': 1 },
    kinds: summariseKinds([round('worker', 700)]),
    rounds: [],
    faults: { lost: 1 },
    violations: ['lost: a'],
  });
  expect(text).toContain('accepted 10 (0 that a restore might undo), posted 7, held 1, rejected 2');
  expect(text).toContain('rejections hold_not_open: 2\nholds expired: 1\n');
  expect(text).toMatch(/worker +1 +700 +700 +2000 +9/);
  expect(text).toContain('1 violations, seed 42: lost: 1');
});
