import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { ROOT, TEST_DIRECTORY } from '@razao/stack/paths.ts';
import { childrenOf, isAlive } from '@razao/stack/processes/alive.ts';
import { until } from '@razao/stack/test/until.ts';
import { expect, test } from 'vitest';
import { KINDS } from './crash/faults/kinds.ts';
import { runForTest } from './crash/run-for-test.ts';

test('every kind of fault once, under load: no promise is broken', async ({ signal }) => {
  const report = await runForTest('long-crash', { kills: KINDS.length, seed: 30, signal });
  expect(report.violations).toEqual([]);
  expect(report.kinds.map(({ kind }) => kind).sort()).toEqual(KINDS.toSorted());
  const { accepted, mayBeLost, posted, held, rejected } = report;
  expect(posted + held + rejected).toBeLessThanOrEqual(accepted);
  expect(posted + held + rejected).toBeGreaterThanOrEqual(accepted - mayBeLost);
});

test('a crash run that is interrupted while it kills stops everything that it has started', async () => {
  const run = spawn(
    process.execPath,
    [join(ROOT, 'e2e/crash/main.ts'), '--seed', '5', '--only', 'kill'],
    {
      env: { ...process.env, RAZAO_DIRECTORY: join(TEST_DIRECTORY, 'crash-interrupted') },
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  );
  let said = '';
  run.stderr.on('data', (data) => {
    said += data;
  });
  const exit = once(run, 'exit');
  const started = new Set<number>();
  const watch = setInterval(() => {
    for (const pid of childrenOf(run.pid ?? 0)) started.add(pid);
  }, 5);
  await until('it kills', () => said.includes('3/20'), 120_000);
  run.kill('SIGINT');
  const [code] = await exit;
  clearInterval(watch);
  expect([code, [...started].filter(isAlive)]).toEqual([130, []]);
  // Two APIs, two workers, Redis, Postgres, and what took the places of those that were killed.
  expect(started.size).toBeGreaterThan(8);
});
