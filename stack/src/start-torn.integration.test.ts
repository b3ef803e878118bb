import { execFile } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type NpmStart, npmStart, startEnv } from '../test/npm-start.ts';
import { until } from '../test/until.ts';
import { ROOT, TEST_DIRECTORY } from './paths.ts';
import { type RunFile, readRun } from './run-file.ts';
import { postgresPlace } from './services/postgres-place.ts';

// What a user of `npm start` meets who deletes the data of one store and keeps the other's.
const directory = join(TEST_DIRECTORY, 'start-torn');
const LEDGER = '/v1/ledgers/demo';
const START_MS_MAX = 60_000;
let env: NodeJS.ProcessEnv;
let started: NpmStart | undefined;

beforeAll(async () => {
  rmSync(directory, { recursive: true, force: true });
  rmSync(postgresPlace(join(directory, 'data/postgres')).data, { recursive: true, force: true });
  env = await startEnv(directory);
});
afterAll(async () => {
  started?.child.kill('SIGTERM');
  await started?.exit;
}, START_MS_MAX);

test("Postgres's data deleted and Redis's kept: npm start says what is wrong and what to do, and goes on once it is done", async () => {
  await start('Ctrl-C stops everything');
  expect(await quickStart()).toEqual([201, false, '1050']);
  await stop();
  rmSync(postgresPlace(join(directory, 'data/postgres')).data, { recursive: true, force: true });

  await start('Razão is not ready');
  expect(started?.text()).toMatch(
    /(api|worker): installation: Redis belongs to installation \w+, the database is of installation \w+/,
  );
  expect(started?.text()).toContain('npm run installation -- adopt');
  expect(started?.text()).toContain(`redis in ${join(directory, 'data/redis')}`);
  expect(started?.text()).not.toContain('Ctrl-C stops everything');
  const refused = await call('PUT', LEDGER, {});
  expect([refused.status, refused.body['code']]).toEqual([503, 'unavailable']);
  await installation('adopt');
  await until('it is ready', () => started?.text().includes('Ctrl-C stops everything') === true);
  // Not as posted before: those books are gone.
  expect(await quickStart()).toEqual([201, false, '1050']);
  await stop();
}, 120_000);

test("Redis's data deleted and Postgres's kept: the same, and what was posted is known", async () => {
  rmSync(join(directory, 'data/redis'), { recursive: true, force: true });
  await start('Razão is not ready');
  expect(started?.text()).toMatch(
    /works with Redis \w+, but this Redis is another one or was emptied/,
  );
  await installation('adopt');
  await until('it is ready', () => started?.text().includes('Ctrl-C stops everything') === true);
  expect(await quickStart()).toEqual([201, true, '1050']);
}, 120_000);

async function start(says: string): Promise<void> {
  const mine = npmStart(env);
  started = mine;
  await until(`it says ${says}: ${mine.text()}`, () => mine.text().includes(says), START_MS_MAX);
}

async function stop(): Promise<void> {
  started?.child.kill('SIGTERM');
  expect(await started?.exit).toBe(0);
}

function running(): RunFile {
  return readRun(join(directory, 'run.json')) ?? expect.fail('no run file');
}

/** Runs the command as the text says, on the stores that it would find by the run file. */
async function installation(action: string): Promise<void> {
  const { databaseUrl, redisUrl } = running();
  const args = [join(ROOT, 'stack/bootstrap.mjs'), 'installation', action];
  const urls = { DATABASE_URL: databaseUrl, REDIS_URL: redisUrl };
  await promisify(execFile)(process.execPath, args, { env: { ...process.env, ...urls } });
}

/** As `npm start` says it; returns the status of the transaction, whether it was a replay, and what the wallet has. */
async function quickStart(): Promise<[number, boolean, unknown]> {
  await call('PUT', LEDGER, {});
  const posting = {
    source: 'world',
    destination: 'users:001:wallet',
    asset: 'BRL/2',
    amount: '1050',
  };
  const { status, headers } = await call(
    'POST',
    `${LEDGER}/transactions`,
    { postings: [posting] },
    {
      'Idempotency-Key': 'my-first-one',
      Prefer: 'wait=10',
    },
  );
  const { body } = await call('GET', `${LEDGER}/accounts/users:001:wallet`);
  const balances = body['balances'] as Record<string, { posted: string }>;
  return [status, headers.has('idempotency-replayed'), balances['BRL/2']?.posted];
}

async function call(method: string, path: string, body?: unknown, headers = {}) {
  const response = await fetch(`${running().apiUrl}${path}`, {
    method,
    headers: {
      Authorization: 'Bearer razao_dev_admin',
      'Content-Type': 'application/json',
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = (await response.json()) as Record<string, unknown>;
  return { status: response.status, headers: response.headers, body: text };
}
