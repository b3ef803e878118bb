import { expect, test } from 'vitest';
import { type Blow, recoveryTerms } from './blow.ts';

const blow = (target: Blow['target'], killedAt: number, backAt: number): Blow => ({
  target,
  name: target,
  killedAt,
  backAt,
});

test('a process counts from its death, for two seconds', () => {
  expect(recoveryTerms([blow('worker', 10, 900)])).toEqual({ from: 10, limitMs: 10_000 });
  expect(recoveryTerms([blow('api', 10, 900), blow('worker', 40, 700)])).toEqual({
    from: 40,
    limitMs: 10_000,
  });
});

test('a service counts from its return, for ten seconds, also in a pair', () => {
  expect(recoveryTerms([blow('redis', 10, 900)])).toEqual({ from: 900, limitMs: 30_000 });
  expect(recoveryTerms([blow('redis', 10, 900), blow('postgres', 20, 1_500)])).toEqual({
    from: 1_500,
    limitMs: 30_000,
  });
  expect(recoveryTerms([blow('redis', 10, 300), blow('worker', 400, 1_500)])).toEqual({
    from: 400,
    limitMs: 30_000,
  });
});

test('two workers count from the return of the first', () => {
  expect(recoveryTerms([blow('worker', 10, 900), blow('standby', 20, 700)])).toEqual({
    from: 700,
    limitMs: 10_000,
  });
});
