import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { closingLine, countStep, exitCodeOf, sumCounts } from './count.ts';
import { selectSteps } from './steps.ts';
import { lockTestRun } from './test-lock.ts';

const report = {
  numPassedTests: 5,
  numFailedTests: 2,
  numPendingTests: 1,
  numTodoTests: 1,
  testResults: [],
};

test('a check counts as one test', () => {
  expect(countStep(0)).toEqual({ passed: 1, failed: 0, skipped: 0 });
  expect(countStep(1)).toEqual({ passed: 0, failed: 1, skipped: 0 });
});

test('a Vitest step counts its tests', () => {
  expect(countStep(1, report)).toEqual({ passed: 5, failed: 2, skipped: 2 });
});

test('a Vitest step cannot fail without being counted', () => {
  const good = { ...report, numFailedTests: 0 };
  expect(countStep(1, good).failed).toBe(1);
  expect(countStep(1, null).failed).toBe(1);
  expect(countStep(0, null).failed).toBe(1);
  const broken = { ...good, testResults: [{ status: 'failed', assertionResults: [] }] };
  expect(countStep(1, broken).failed).toBe(1);
});

test('the closing line and the exit code', () => {
  const sum = sumCounts([countStep(0), countStep(1, report)]);
  expect(closingLine(sum)).toBe('6 passed, 2 failed, 2 skipped');
  expect(closingLine({ passed: 3, failed: 0, skipped: 0 })).toBe('3 passed, 0 failed');
  expect(exitCodeOf(sum)).toBe(1);
  expect(exitCodeOf({ passed: 3, failed: 0, skipped: 1 })).toBe(0);
  expect(exitCodeOf({ passed: 0, failed: 0, skipped: 0 })).toBe(1);
});

test.each([
  [[], ['lint', 'types', 'unused', 'unit', 'integration', 'e2e'], []],
  [['check'], ['lint', 'types', 'unused'], []],
  [['--long'], ['long'], []],
  [['unit', 'lint'], ['lint', 'unit'], []],
  [['unit', '-t', 'name'], ['unit'], ['-t', 'name']],
  [
    ['-t', 'name'],
    ['unit', 'integration', 'e2e'],
    ['-t', 'name'],
  ],
  [['--long', 'kill'], ['long'], ['kill']],
])('%j selects %j', (args, names, filters) => {
  const selected = selectSteps(args);
  expect(selected.steps.map(({ name }) => name)).toEqual(names);
  expect(selected.filters).toEqual(filters);
});

test('the lock of a dead test run does not hold', () => {
  const folder = mkdtempSync(join(tmpdir(), 'razao-lock-'));
  const file = join(folder, 'pid');
  writeFileSync(file, String(2 ** 30));
  const unlock = lockTestRun(file);
  unlock();
  lockTestRun(file)();
  rmSync(folder, { recursive: true });
});
