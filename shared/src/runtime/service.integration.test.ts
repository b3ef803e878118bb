import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, expect, test } from 'vitest';
import { STOP_DEADLINE_MS } from '../contract/limits.ts';

const PROGRAM = `${import.meta.dirname}/../../test/service-process.ts`;

const children: ChildProcess[] = [];

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

test.each(['SIGTERM', 'SIGINT'] as const)(
  'on %s the parts stop one by one, the last first, and the process exits with 0',
  async (signal) => {
    const run = await start(['a', 'b', 'c'], 'running');
    run.child.kill(signal);
    expect(await run.exit).toEqual([0, null]);
    expect(run.lines()).toEqual([
      'start a',
      'start b',
      'start c',
      'running',
      'stop c',
      'stopped c',
      'stop b',
      'stopped b',
      'stop a',
      'stopped a',
    ]);
  },
);

test('a part that does not stop cleanly keeps none of the others from stopping', async () => {
  const run = await start(['a', 'b:fails'], 'running');
  run.child.kill('SIGTERM');
  expect(await run.exit).toEqual([0, null]);
  expect(run.lines().slice(-3)).toEqual(['stop b', 'stop a', 'stopped a']);
});

test('a second signal ends the process at once', async () => {
  const run = await start(['a', 'b:hangs'], 'running');
  run.child.kill('SIGTERM');
  await run.said('stop b');
  const signalledAt = performance.now();
  run.child.kill('SIGTERM');
  expect(await run.exit).toEqual([1, null]);
  expect(performance.now() - signalledAt).toBeLessThan(5_000);
});

test('a part that never stops is left behind at the deadline, and the exit says so', {
  timeout: 20_000,
}, async () => {
  const run = await start(['a', 'b:hangs'], 'running');
  const signalledAt = performance.now();
  run.child.kill('SIGTERM');
  expect(await run.exit).toEqual([1, null]);
  const tookMs = performance.now() - signalledAt;
  expect(tookMs).toBeGreaterThan(STOP_DEADLINE_MS - 100);
  expect(tookMs).toBeLessThan(STOP_DEADLINE_MS + 2_000);
});

test('a signal while the parts start keeps the rest from starting', async () => {
  const run = await start(['a', 'b:slow-start', 'c'], 'start a');
  run.child.kill('SIGTERM');
  expect(await run.exit).toEqual([0, null]);
  expect(run.lines()).not.toContain('start c');
});

test('an error that nobody caught ends the process with 1', async () => {
  const run = await start(['a:throws'], 'start a');
  expect(await run.exit).toEqual([1, null]);
});

/** Starts the program and waits until it has said a line. */
async function start(parts: string[], line: string) {
  const child = spawn(process.execPath, [PROGRAM, ...parts], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  let text = '';
  child.stdout.on('data', (data) => {
    text += data;
  });
  const exit = once(child, 'exit');
  const lines = () => text.split('\n').slice(0, -1);
  const said = async (wanted: string) => {
    while (!lines().includes(wanted)) await once(child.stdout, 'data');
  };
  await said(line);
  return { child, exit, lines, said };
}
