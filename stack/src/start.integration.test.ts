import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type NpmStart, npmStart, startEnv } from '../test/npm-start.ts';
import { until } from '../test/until.ts';
import { ROOT, TEST_DIRECTORY } from './paths.ts';
import { isAlive, sendSignal } from './processes/alive.ts';
import { type RunFile, readRun } from './run-file.ts';

// `npm start` itself, with the real API and worker, beside whatever runs from this checkout.
const directory = join(TEST_DIRECTORY, 'start');
const runFile = join(directory, 'run.json');
let env: NodeJS.ProcessEnv;

function pidsOf({ processes, services }: RunFile): number[] {
  return [...processes, ...services].map(({ pid }) => pid ?? 0);
}

let first: NpmStart;
let run: RunFile;

beforeAll(async () => {
  env = await startEnv(directory);
  first = npmStart(env);
  await until(`ready: ${first.text()}`, () => first.text().includes('Ctrl-C stops'), 25_000);
  run = readRun(runFile) ?? expect.fail('no run file');
});
afterAll(() => {
  first.child.kill('SIGKILL');
});

test('it says where everything is, and what it says answers', async () => {
  expect(first.text()).toContain(run.apiUrl);
  for (const url of [`${run.apiUrl}/livez`, `${run.workerUrl}/metrics`]) {
    expect((await fetch(url)).status).toBe(200);
  }
});

test('a second one says what already runs and leaves it alone', async () => {
  const second = npmStart(env);
  expect(await second.exit).toBe(0);
  expect(second.text()).toContain(`Razão runs already (pid ${first.child.pid})`);
  expect(second.text()).toContain(run.apiUrl);
  expect(pidsOf(run).every(isAlive)).toBe(true);
});

test('whatever is killed starts again, and the run file says so', async () => {
  for (const pid of pidsOf(run)) {
    sendSignal(pid, 'SIGKILL');
  }
  await until('all run again', () => {
    const now = readRun(runFile);
    const known = new Set(pidsOf(run));
    return now !== null && pidsOf(now).every((pid) => isAlive(pid) && !known.has(pid));
  });
  await until('the API answers', () =>
    fetch(`${run.apiUrl}/livez`).then(
      ({ ok }) => ok,
      () => false,
    ),
  );
});

test('a signal stops everything, API first, services last, and it exits 0', async () => {
  const pids = pidsOf(readRun(runFile) ?? run);
  first.child.kill('SIGINT');
  expect(await first.exit).toBe(0);
  expect(pids.filter(isAlive)).toEqual([]);
  expect(existsSync(runFile)).toBe(false);
  expect(first.text()).toMatch(
    /stopping API[\s\S]*stopping workers[\s\S]*stopping (postgres|redis)/,
  );
});

test('started again it has kept its data', async () => {
  const again = npmStart(env);
  await until('ready', () => again.text().includes('Ctrl-C stops'), 25_000);
  expect(again.text()).toContain('migrations: none missing');
  again.child.kill('SIGTERM');
  expect(await again.exit).toBe(0);
});

test('with the stores alone the number of shards is changed, as OPERATIONS.md says', async () => {
  const stores = npmStart(env, '--stores');
  await until('the stores are ready', () => stores.text().includes('Ctrl-C stops'), 25_000);
  const { databaseUrl, redisUrl, processes } = readRun(runFile) ?? expect.fail('no run file');
  expect(processes).toEqual([]);
  const change = promisify(execFile)(
    process.execPath,
    [join(ROOT, 'worker/src/shards-tool.ts'), '8'],
    { env: { ...env, DATABASE_URL: databaseUrl, REDIS_URL: redisUrl } },
  );
  expect((await change).stdout).toContain('there are 8 shards now');
  stores.child.kill('SIGINT');
  expect(await stores.exit).toBe(0);
  const again = npmStart({ ...env, SHARDS: '8' });
  await until('ready', () => again.text().includes('Ctrl-C stops'), 25_000);
  again.child.kill('SIGTERM');
  expect(await again.exit).toBe(0);
});
