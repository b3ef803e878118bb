import { setTimeout as delay } from 'node:timers/promises';
import { openTcpProxy, type TcpProxy } from '@razao/stack/test/tcp-proxy.ts';
import { until } from '@razao/stack/test/until.ts';
import { startTestRedis, type TestRedis } from '@razao/stack/test-redis.ts';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { call, transfer } from './support/http.ts';
import { heldShards } from './support/lock-holder.ts';
import { openWorld, type World } from './support/open-world.ts';
import { type SpreadTraffic, startSpreadTraffic } from './support/spread-traffic.ts';
import { startBeside } from './support/start-beside.ts';

/** Ten times what it takes here. */
const RECOVERY_MS_MAX = 30_000;
const REPLICA = { ok: false, fault: 'Redis is a replica' };

/** Two servers, each the other's replica in turn, and what leads to the primary. Connections that are open stay where they are. */
let servers: [TestRedis, TestRedis];
let admins: [Redis, Redis];
let proxy: TcpProxy;
let world: World;

beforeAll(async () => {
  servers = await Promise.all([startTestRedis(), startTestRedis()]);
  admins = [new Redis(servers[0].url), new Redis(servers[1].url)];
  await admins[1].replicaof('127.0.0.1', portOf(servers[0]));
  await until('the replica follows', () => follows(admins[1]));
  proxy = await openTcpProxy(servers[0].url);
  const redis = { ...servers[0], url: proxy.url };
  world = await openWorld('role-change', { apis: 2, workers: 2, services: { redis } });
  expect((await call(`${world.stack.apiUrls[0]}/v1/ledgers/refused`, 'PUT', {})).status).toBe(201);
});
afterAll(async () => {
  await world?.close();
  await proxy?.close();
  for (const admin of admins ?? []) admin.disconnect();
  await Promise.all(servers?.map((server) => server.remove()) ?? []);
});

test.each([0, 1, 0])(
  'primary %i becomes a replica under live connections: nothing is accepted, locks are given up, and all goes on with the other',
  async (from) => {
    const traffic = await startSpreadTraffic(world.stack);
    await traffic.postsEverywhere();
    await failOver(from);
    // New connections reach the old one still.
    await saysWhy();
    await until('no lock is held', async () => (await shardsHeld()) === 0, RECOVERY_MS_MAX);
    expect((await write()).body).toMatchObject({ code: 'unavailable' });
    proxy.retarget(servers[1 - from]?.url ?? '');
    await recovers(traffic);
  },
);

test('a switch so quick that no heartbeat sees it: what is refused leads to the other', async () => {
  for (const from of [1, 0, 1]) {
    const traffic = await startSpreadTraffic(world.stack);
    await failOver(from, () => proxy.retarget(servers[1 - from]?.url ?? ''));
    await recovers(traffic);
  }
});

test('a Redis Cluster: every process says that it does not work with one, and nothing is accepted', async () => {
  const node = await startTestRedis({ cluster: true });
  const admin = new Redis(node.url);
  await admin.cluster('ADDSLOTSRANGE', 0, 16_383);
  const on = { ...world.stack, redisUrl: node.url };
  const besides = [await startBeside(on, 'api', 0), await startBeside(on, 'worker', 0)];
  try {
    const fault = 'Redis Cluster is not supported yet';
    for (const { process } of besides)
      await until('it is said', async () => (await dependency(process.url)).fault === fault);
    const answer = await write(besides[0]?.process.url);
    expect([answer.status, answer.body['code']]).toEqual([503, 'unavailable']);
    // Whatever is done regularly comes round.
    await delay(2_500);
    expect(await admin.keys('*')).toEqual([]);
  } finally {
    for (const beside of besides) await beside.close();
    admin.disconnect();
    await node.remove();
  }
});

/** Hands over to the replica, which has everything by then. */
async function failOver(from: number, meanwhile = () => {}): Promise<void> {
  const [primary, replica] = [admins[from] as Redis, admins[1 - from] as Redis];
  await until('the replica follows', () => follows(replica));
  await primary.call('FAILOVER');
  meanwhile();
  await until('it is a replica', async () => (await roleOf(primary)) === 'slave');
  expect(await roleOf(replica)).toBe('master');
}

async function recovers(traffic: SpreadTraffic): Promise<void> {
  await traffic.postsEverywhere(RECOVERY_MS_MAX);
  await until('all shards are held', async () => (await shardsHeld()) === 4, RECOVERY_MS_MAX);
  for (const { url } of world.stack.processes)
    await until('Redis is well', async () => (await dependency(url)).ok, RECOVERY_MS_MAX);
  await traffic.keepsItsPromises();
}

/** Every process names the reason; the API says so to whoever looks, and refuses writes at once. */
async function saysWhy(): Promise<void> {
  for (const { url } of world.stack.processes)
    await until('it is said', async () => (await dependency(url)).fault === REPLICA.fault);
  await delay(1_500);
  for (const { url } of world.stack.processes) expect(await dependency(url)).toEqual(REPLICA);
}

async function dependency(url: string): Promise<{ ok: boolean; fault?: string }> {
  const { body } = await call(`${url}/readyz`, 'GET');
  return (body['dependencies'] as { redis: { ok: boolean; fault?: string } }).redis;
}

function write(api = world.stack.apiUrls[0]) {
  const url = `${api}/v1/ledgers/refused/transactions`;
  return call(url, 'POST', transfer('world', 'a', 1), { 'Idempotency-Key': 'while-a-replica' });
}

async function shardsHeld(): Promise<number> {
  const held = await Promise.all(world.stack.workers.map(heldShards));
  return held.flat().length;
}

async function roleOf(admin: Redis): Promise<unknown> {
  return ((await admin.role()) as unknown[])[0];
}

async function follows(admin: Redis): Promise<boolean> {
  return /^master_link_status:up/m.test(await admin.info('replication'));
}

function portOf({ url }: TestRedis): number {
  return Number(new URL(url).port);
}
