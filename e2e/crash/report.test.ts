import { expect, test } from 'vitest';
import { type RoundResult, roundViolations } from './kill/run-round.ts';
import { formatReport, summariseKinds } from './report.ts';

const round = (kind: string, ms: number | null, limitMs = 2_000): RoundResult => ({
  number: 1,
  kind,
  blows: [{ target: 'worker', name: 'worker-2', killedAt: 0, backAt: 1 }],
  recoveries: [{ ledger: 'crash-0', ms }],
  recoveryMs: ms,
  limitMs,
});

test('recoveries are summed up by kind, those alone first', () => {
  const rounds = [
    round('api+worker', 5),
    round('worker', 30),
    round('worker', 10),
    round('worker', 20),
  ];
  expect(summariseKinds(rounds)).toEqual([
    { kind: 'worker', kills: 3, p50Ms: 20, maxMs: 30, limitMs: 2_000 },
    { kind: 'api+worker', kills: 1, p50Ms: 5, maxMs: 5, limitMs: 2_000 },
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
    'round 1, worker (worker-2): crash-0 posted again only after 2001 ms, limit 2000 ms',
  ]);
  expect(roundViolations(round('worker', null))[0]).toContain('crash-0 posted again never');
});

test('the text tells the seed and the figures', () => {
  const text = formatReport({
    ok: false,
    seed: 42,
    kills: 1,
    seconds: 3,
    accepted: 10,
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
    violations: ['lost: a'],
  });
  expect(text).toContain('accepted 10, posted 7, held 1, rejected 2');
  expect(text).toContain('rejections hold_not_open: 2\nholds expired: 1\n');
  expect(text).toMatch(/worker +1 +700 +700 +2000/);
  expect(text).toContain('1 violations, seed 42');
});
