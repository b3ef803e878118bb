import { execFile, execFileSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { alerts, panels } from '@razao/stack/deploy/deploy-files.ts';
import { buildImageFolder } from '@razao/stack/deploy/image-folder.ts';
import { promtoolProgram } from '@razao/stack/deploy/programs.ts';
import { ROOT, TEST_DIRECTORY } from '@razao/stack/paths.ts';
import type { Stack } from '@razao/stack/stack-options.ts';
import { until } from '@razao/stack/test/until.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { note } from './support/figures.ts';
import { call, transfer } from './support/http.ts';
import { openWorld, type World } from './support/open-world.ts';
import { startTraffic, type Traffic } from './support/traffic.ts';
import { promisesKept } from './support/verify.ts';
import { type Front, openFront } from './topology/open-front.ts';
import { openPrometheus, type Prometheus, type Rule } from './topology/open-prometheus.ts';

// What docker-compose.yml describes, as local processes: two APIs behind nginx, two workers, Prometheus; the programs run
// from the folder that the Dockerfile would make.
const FOLDER = join(TEST_DIRECTORY, 'e2e-topology-front');
const IMAGE = join(FOLDER, 'image');
const LEDGER = 'topology';
/** Installing what is missing takes its time. */
const OPEN_MS_MAX = 240_000;

let world: World;
let stack: Stack;
let front: Front;
let prometheus: Prometheus;
beforeAll(async () => {
  rmSync(FOLDER, { recursive: true, force: true });
  buildImageFolder(IMAGE);
  world = await openWorld('topology', {
    apis: 2,
    workers: 2,
    entries: { api: join(IMAGE, 'api/src/main.ts'), worker: join(IMAGE, 'worker/src/main.ts') },
  });
  stack = world.stack;
  prometheus = await openPrometheus(stack, join(FOLDER, 'prometheus'));
  front = await openFront(stack, join(FOLDER, 'nginx'));
  for (const { url } of stack.processes)
    await until(`${url} is ready`, async () => (await fetch(`${url}/readyz`)).ok);
  expect((await call(`${front.url}/v1/ledgers/${LEDGER}`, 'PUT', {})).status).toBe(201);
}, OPEN_MS_MAX);
afterAll(async () => {
  await front?.stop();
  await prometheus?.stop();
  await world?.close();
  if (!process.env['RAZAO_KEEP']) rmSync(FOLDER, { recursive: true, force: true });
});

test('the programs of the image: migrations run once more, a probe tells a process that is ready from none', async () => {
  const run = (entry: string, ...args: string[]) =>
    promisify(execFile)(process.execPath, [join(IMAGE, entry), ...args], {
      env: { ...process.env, DATABASE_URL: stack.databaseUrl },
    });
  const { stdout } = await run('sql/src/migrate-main.ts');
  expect(stdout).toBe('migrations: none missing\n');
  for (const { url } of stack.processes)
    await run('shared/src/runtime/container-probe.ts', `${url}/readyz`);
  const probe = run('shared/src/runtime/container-probe.ts', `${stack.apiUrls[0]}/v1/ledgers`);
  await expect(probe).rejects.toMatchObject({ code: 1 });
});

test('every alert fires where it must and nowhere else, on series made for it', () => {
  const file = join(ROOT, 'prometheus/alerts.test.yml');
  execFileSync(promtoolProgram(), ['test', 'rules', file], { stdio: 'pipe' });
});

test('nginx passes on what the API answers, and refuses in its words', async () => {
  const url = `${front.url}/v1/ledgers/${LEDGER}`;
  const given = '0f0e0d0c-0b0a-4908-8706-050403020100';
  const missing = await call(`${url}-none`, 'GET', undefined, { 'X-Request-Id': given });
  expect([missing.status, missing.body['code']]).toEqual([404, 'ledger_not_found']);
  expect(missing.body['instance']).not.toContain(given);
  const large = (bytes: number) =>
    call(
      `${url}/transactions`,
      'POST',
      { text: 'x'.repeat(bytes) },
      { 'Idempotency-Key': 'large' },
    );
  for (const bytes of [100_000, 3_000_000]) {
    const { status, headers, body } = await large(bytes);
    expect([status, body['code']]).toEqual([413, 'too_large']);
    expect(headers.get('content-type')).toBe('application/problem+json');
  }
  const metrics = await call(`${front.url}/metrics`, 'GET');
  expect([metrics.status, metrics.body['code']]).toEqual([404, 'route_not_found']);
  const put = await call(
    `${url}/accounts/conditional`,
    'PUT',
    { frozen: 'none' },
    { 'If-Match': '"x"' },
  );
  expect([put.status, put.body['code']]).toEqual([412, 'version_mismatch']);
});

test('under load every panel shows something, every alert is judged without a fault, and none fires', async () => {
  const traffic = startTraffic({ ...stack, apiUrls: [front.url] }, LEDGER, 6);
  await produceEveryOutcome();
  let empty: string[] = [];
  await until('every panel shows something', async () => {
    empty = await emptyPanels();
    return empty.length === 0;
  }).catch((error) => {
    expect(empty).toEqual([]);
    throw error;
  });
  const rules = await prometheus.rules();
  expect(rules.map(({ name }) => name).sort()).toEqual(
    alerts()
      .map((rule) => rule.alert)
      .sort(),
  );
  await until('every alert was judged', async () =>
    (await prometheus.rules()).every(({ health }) => health !== 'unknown'),
  );
  const faulty = ({ health, state }: Rule) => health !== 'ok' || state === 'firing';
  expect((await prometheus.rules()).filter(faulty)).toEqual([]);
  await endWell(traffic, 1);
});

test('an API that is killed, and one that is stopped, under load: no client notices, and each comes back', async () => {
  const traffic = startTraffic({ ...stack, apiUrls: [front.url] }, LEDGER, 6);
  await until('traffic flows', () => traffic.accepted() > 100);
  for (const [i, signal] of (['SIGKILL', 'SIGTERM'] as const).entries()) {
    const api = stack.apis[i] as Stack['apis'][number];
    const before = traffic.accepted();
    await api.kill(signal);
    await until('traffic flows on', () => traffic.accepted() > before + 200);
    await until('the alert sees it', async () => firesFor('RazaoProcessDown', api.port));
    await api.start();
    await until('it gets its part again', async () => (await acceptedBy(api.url)) > 20, 15_000);
    await until('the alert has ended', async () => !(await firesFor('RazaoProcessDown', api.port)));
  }
  await endWell(traffic, 1);
  // What an API had in hand when it died went to the next one, with its key.
  const log = readFileSync(front.logFile, 'utf8');
  expect(log).toMatch(/recv\(\) failed|prematurely closed/);
  expect(log.match(/^.*"status":50\d.*$/gm)).toBeNull();
});

test('without any API nginx says so, as the API would; without any worker the alert says so, and a wait ends with a 202', async () => {
  await Promise.all(stack.workers.map((worker) => worker.kill()));
  const firingMs = await fires('RazaoShardWithoutCommitter');
  note('an alert that no shard has a committer', firingMs);
  const url = `${front.url}/v1/ledgers/${LEDGER}/transactions`;
  const started = performance.now();
  const waited = await call(url, 'POST', transfer('world', 'late', 1), {
    'Idempotency-Key': 'late',
    Prefer: 'wait=2',
  });
  expect([waited.status, waited.headers.get('preference-applied')]).toEqual([202, 'wait=2']);
  expect(performance.now() - started).toBeGreaterThan(1_900);
  expect(firingMs).toBeLessThan(60_000);
  for (const api of stack.apis) await api.kill();
  const refused = await call(url, 'POST', transfer('world', 'late', 1), {
    'Idempotency-Key': 'refused',
  });
  expect([refused.status, refused.body['code']]).toEqual([503, 'unavailable']);
  expect(refused.headers.get('retry-after')).toBe('1');
  expect(refused.headers.get('content-type')).toBe('application/problem+json');
  expect(refused.body['instance']).toMatch(/^urn:uuid:[0-9a-f-]{36}$/);
});

/** A replay, a conflict, a transaction that is waited for, a rejection and a refusal. */
async function produceEveryOutcome(): Promise<void> {
  const url = `${front.url}/v1/ledgers/${LEDGER}/transactions`;
  const send = (key: string, body: unknown, headers = {}) =>
    call(url, 'POST', body, { 'Idempotency-Key': key, ...headers });
  const wait = { Prefer: 'wait=5' };
  expect((await send('one', transfer('world', 'a', 1), wait)).status).toBe(201);
  const replay = await send('one', transfer('world', 'a', 1));
  expect(replay.headers.get('idempotency-replayed')).toBe('true');
  expect((await send('one', transfer('world', 'b', 1))).status).toBe(422);
  const rejected = await send('two', transfer('nobody', 'a', 1), wait);
  expect([rejected.status, rejected.body['code']]).toEqual([422, 'insufficient_funds']);
  expect((await send('three', { postings: [] })).status).toBe(400);
}

/** Titles of the panels of which an expression has no answer, or none that is a number. */
async function emptyPanels(): Promise<string[]> {
  const empty: string[] = [];
  for (const { title, targets = [] } of panels()) {
    for (const { expr } of targets) {
      const samples = await prometheus.query(expr.replaceAll('$__rate_interval', '10s'));
      if (!samples.some(({ value }) => Number.isFinite(value))) empty.push(`${title}: ${expr}`);
    }
  }
  return empty;
}

/** Ends the traffic: every request was answered, by 202 or 503, and every 202 is posted, once and in order. */
async function endWell(traffic: Traffic, rejectedElsewhere: number): Promise<void> {
  const promised = await traffic.finish();
  expect(traffic.strange()).toEqual([]);
  expect(traffic.unanswered()).toBe(0);
  await promisesKept(stack, LEDGER, promised, { rejectedElsewhere });
}

async function firesFor(alert: string, port: number): Promise<boolean> {
  const samples = await prometheus.query(exprOf(alert));
  return samples.some(({ metric }) => metric['instance'] === `127.0.0.1:${port}`);
}

/** Waits until an alert fires; returns how long that took. */
async function fires(alert: string): Promise<number> {
  const at = performance.now();
  await until(`${alert} fires`, async () =>
    (await prometheus.rules()).some(({ name, state }) => name === alert && state === 'firing'),
  );
  return performance.now() - at;
}

function exprOf(alert: string): string {
  return alerts().find((rule) => rule.alert === alert)?.expr ?? '';
}

async function acceptedBy(url: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(/^razao_accepted_total (\d+)$/m.exec(text)?.[1] ?? 0);
}
