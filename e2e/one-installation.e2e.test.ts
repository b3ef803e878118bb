import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { TEST_DIRECTORY } from '@razao/stack/paths.ts';
import { freePort } from '@razao/stack/ports.ts';
import { buildProcesses } from '@razao/stack/processes/build-processes.ts';
import { runStack } from '@razao/stack/run-stack.ts';
import { openLocalPostgres } from '@razao/stack/services/local-postgres.ts';
import { postgresPlace } from '@razao/stack/services/postgres-place.ts';
import type { Service } from '@razao/stack/services/service.ts';
import { withPostgres } from '@razao/stack/services/with-postgres.ts';
import { openTcpProxy, type TcpProxy } from '@razao/stack/test/tcp-proxy.ts';
import { until } from '@razao/stack/test/until.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { KEY, openWorld, type World } from './support/open-world.ts';
import { allHalt, allReady } from './support/restore/halted.ts';
import { runInstallationTool } from './support/restore/installation-tool.ts';
import { expectReplay, expectUnavailable, openTeller } from './support/restore/teller.ts';
import { startTraffic } from './support/traffic.ts';
import { promisesKept } from './support/verify.ts';

// One Postgres and one Redis belong together, whatever stands behind their URLs.
const directory = join(TEST_DIRECTORY, 'e2e-one-installation-postgres');
const folders = ['first', 'second'].map((name) => join(directory, name));
let world: World;
let first: Service;
/** What API and worker reach Postgres by. */
let proxy: TcpProxy;

beforeAll(async () => {
  clear();
  first = await openPostgres(0);
  proxy = await openTcpProxy(first.url);
  const postgres = Object.create(first, { url: { value: proxy.url } }) as Service;
  world = await openWorld('one-installation', { services: { postgres } });
  await allReady(world.stack);
});
afterAll(async () => {
  await world?.close();
  await proxy?.close();
  await first?.stop();
  clear();
});

test('an API on another Redis database than its workers accepts nothing and says which it is not', async () => {
  const { stack } = world;
  const [other] = await buildProcesses(
    'api',
    { directory, ports: 'free', env: { RAZAO_DEV_KEY: KEY } },
    { databaseUrl: stack.databaseUrl, redisUrl: `${stack.redisUrl}/1` },
  );
  if (!other) throw new Error('no API was built');
  await other.start();
  try {
    const [right, wrong] = [api(), other.url].map((url) => openTeller(url, 'other-redis'));
    expect((await right?.create())?.status).toBe(201);
    await allHalt([other], /works with Redis \w+, but this Redis is another one or was emptied/);
    if (wrong) expectUnavailable(await wrong.again('new'));
    await right?.posts('new');
  } finally {
    await other.stop();
  }
});

test('a second installation on a Redis that has one does nothing, and the first works on', async () => {
  const { stack } = world;
  const second = await runStack({
    directory,
    ports: 'free',
    services: stack.services,
    database: 'second_installation',
    env: { RAZAO_DEV_KEY: KEY },
  });
  try {
    const why = /Redis belongs to installation \w+, the database is of installation \w+/;
    await allHalt(second.processes, why);
    expectUnavailable(await openTeller(second.apiUrls[0] ?? '', 'book').create());
    const teller = openTeller(api(), 'book');
    expect((await teller.create()).status).toBe(201);
    await teller.posts('new');
    await allReady(stack);
  } finally {
    await second.stop();
  }
});

test('a failover to a server that lacks the last commits is found; back on the right one nothing is lost', async () => {
  const { stack } = world;
  const [teller, late] = [openTeller(api(), 'failover'), openTeller(api(), 'late')];
  await teller.create();
  await teller.posts('before');
  const second = await copyPostgres();
  try {
    const load = startTraffic(stack, 'failover', 4);
    await until('it flows', () => load.accepted() > 100);
    await teller.posts('after');
    await late.create();
    await late.posts('after');
    const pids = stack.processes.map(({ pid }) => pid);
    const before = await countOf(second.url);
    leadTo(second);
    await allHalt(stack.processes, /the database is older than what was posted/);
    expect(await teller.status('before')).toBe('posted');
    expect(await teller.status('after')).toBe('unavailable');
    expect(await late.status('after')).toBe('ledger_not_found');
    for (const each of [teller, openTeller(api(), 'new')]) expectUnavailable(await each.create());
    expectUnavailable(await teller.again('after', { wait: true }));
    leadTo(first);
    await until('the API reads there', async () => (await teller.status('after')) === 'posted');
    expectUnavailable(await teller.again('new'));
    expect(await runInstallationTool(stack, 'adopt')).toContain('nothing was forgotten');
    await allReady(stack);
    for (const each of [teller, late]) expectReplay(await each.again('after', { wait: true }));

    // And to one that is none of ours.
    await withPostgres(second.url, (client) =>
      client.query(`update settings set value = 'another' where name = 'installation'`),
    );
    leadTo(second);
    await allHalt(stack.processes, /for installation \w+, the database is of installation another/);
    expectUnavailable(await teller.account());
    expectUnavailable(await teller.again('new'));
    leadTo(first);
    await allReady(stack);
    const flowing = load.accepted();
    await until('it flows on', () => load.accepted() > flowing + 100);
    const promised = await load.finish();
    expect(load.strange()).toEqual([]);
    await promisesKept(stack, 'failover', promised);
    expect(await countOf(second.url)).toBe(before);
    expect(stack.processes.map(({ pid }) => pid)).toEqual(pids);
  } finally {
    leadTo(first);
    await second.stop();
  }
});

function api(): string {
  return world.stack.apiUrls[0] ?? '';
}

/** Whoever connects from now on reaches this server, and nobody stays where he is. */
function leadTo(server: Service): void {
  proxy.retarget(server.url);
  proxy.drop();
}

async function openPostgres(nth: number): Promise<Service> {
  return await openLocalPostgres({
    directory: folders[nth] ?? '',
    logFile: join(directory, `logs/postgres-${nth}.log`),
    port: await freePort(),
  });
}

/** A server with what the first has now. */
async function copyPostgres(): Promise<Service> {
  const [from = '', to = ''] = folders.map((folder) => postgresPlace(folder).data);
  await first.stop();
  execFileSync('cp', ['-a', from, to]);
  execFileSync('cp', ['-a', `${from}.password`, `${to}.password`]);
  await first.start();
  const second = await openPostgres(1);
  await allReady(world.stack);
  return second;
}

async function countOf(url: string): Promise<number> {
  return await withPostgres(url, async (client) => {
    const { rows } = await client.query<{ count: number }>(
      'select count(*)::int as count from transactions',
    );
    return rows[0]?.count ?? 0;
  });
}

function clear(): void {
  for (const path of [directory, ...folders.map((folder) => postgresPlace(folder).data)])
    rmSync(path, { recursive: true, force: true });
}
