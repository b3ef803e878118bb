import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { ChunkData } from '@razao/shared/contract/chunk.ts';
import { STOP_DEADLINE_MS } from '@razao/shared/contract/limits.ts';
import { TEST_DIRECTORY } from '@razao/stack/paths.ts';
import { until } from '@razao/stack/test/until.ts';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { note } from './support/figures.ts';
import { holdLedger } from './support/held-ledger.ts';
import { call, transfer } from './support/http.ts';
import { type KeepAliveClients, startKeepAlive } from './support/keep-alive-clients.ts';
import { fateOf, mixedCommands, send } from './support/known-commands.ts';
import { KEY, openWorld, type World, withRedis } from './support/open-world.ts';
import { chunks, fates, shardKeysOf } from './support/stores.ts';
import { drained, lawsHold, promisesKept } from './support/verify.ts';

type Process = World['stack']['processes'][number];

let world: World;
beforeAll(async () => {
  world = await openWorld('stop', { apis: 2, workers: 2 });
});
afterAll(() => world?.close());
afterEach(async () => {
  for (const service of Object.values(world.stack.services)) {
    await service.kill('SIGCONT');
    await service.start();
  }
  await Promise.all(world.stack.processes.map((process) => process.start()));
});

describe('SIGTERM under load', () => {
  test('to each process in turn, while another goes on', async () => {
    const { clients, finish } = await load('in-turn');
    for (const process of world.stack.processes) {
      const before = clients.answered();
      await stops([process], 'under load');
      await process.start();
      await until('traffic flows on', () => clients.answered() > before + 100);
    }
    await finish();
  });

  test('to all of them at once: what was answered is there when they are back', async () => {
    const { clients, finish } = await load('at-once');
    await stops(world.stack.processes, 'all at once');
    const before = clients.answered();
    await Promise.all(world.stack.processes.map((process) => process.start()));
    await until('traffic flows again', () => clients.answered() > before + 100);
    await finish();
  });

  test('to the only worker in the middle of a commit: it is finished, and all else goes back in order', async () => {
    const { stack } = world;
    const held = await heldWorker('in-hand');
    const gone = held.worker.kill('SIGTERM');
    await delay(300);
    expect(held.worker.pid, 'it waits for its commit').not.toBeNull();
    await held.release();
    await gone;
    expect(held.worker.lastEnd).toBe('code 0');
    const done = await fates(stack, 'in-hand');
    expect(done).toEqual(held.commands.slice(0, 1).map(fateOf));
    const { active, waiting } = await chunks(stack, 'in-hand');
    expect(active).toEqual([]);
    expect(await idsIn('in-hand', waiting)).toEqual(held.commands.slice(1).map(({ id }) => id));
    await held.worker.start();
    await drained(stack);
    expect(await fates(stack, 'in-hand')).toEqual(held.commands.map(fateOf));
    noDeathCounted();
    await lawsHold(stack);
  });
});

describe('SIGTERM while', () => {
  test.each([
    ['Redis is dead', ['redis'], 'SIGKILL'],
    ['Postgres is dead', ['postgres'], 'SIGKILL'],
    ['neither answers, nor a client', ['redis', 'postgres'], 'SIGSTOP'],
  ] as const)('%s: within the deadline', async (name, services, signal) => {
    const { stack } = world;
    if (signal === 'SIGSTOP') await halfSent(String(stack.apiUrls[0]));
    for (const service of services) await stack.services[service].kill(signal);
    // They have noticed, or will while they stop.
    await delay(200);
    await stops(stack.processes, name);
  });
});

test('a second signal ends a worker in the middle of a commit, and an API with a client that is slow, at once', async () => {
  const { stack } = world;
  const held = await heldWorker('second');
  const api = stack.apis[0] as Process;
  await halfSent(api.url);
  for (const process of [held.worker, api]) {
    const gone = process.kill('SIGTERM');
    await delay(500);
    expect(process.pid, `${process.name} is still stopping`).not.toBeNull();
    const at = performance.now();
    await process.kill('SIGTERM');
    await gone;
    expect([process.lastEnd, performance.now() - at < 1_000]).toEqual(['code 1', true]);
  }
  await held.release();
  await held.worker.start();
  await drained(stack);
  expect(await fates(stack, 'second')).toEqual(held.commands.map(fateOf));
  await lawsHold(stack);
});

/** Clients that write all the time; nothing that they sent may go unanswered, and no stop may count as a death. */
async function load(ledger: string) {
  const { stack } = world;
  await call(`${stack.apiUrls[0]}/v1/ledgers/${ledger}`, 'PUT', {});
  const clients: KeepAliveClients = startKeepAlive(stack, ledger, 16);
  await until('traffic flows', () => clients.answered() > 200);
  return {
    clients,
    async finish() {
      const promised = await clients.finish();
      expect(clients.faults()).toEqual([]);
      await promisesKept(stack, ledger, promised);
      noDeathCounted();
    },
  };
}

/** Processes stop in order and in time. */
async function stops(processes: readonly Process[], when: string): Promise<void> {
  const at = performance.now();
  const took = await Promise.all(
    processes.map(async (process) => {
      await process.kill('SIGTERM');
      return [process.name, process.lastEnd, performance.now() - at] as const;
    }),
  );
  for (const [name, , ms] of took) note(`${name} stopped, ${when}`, ms);
  expect(took.map(([name, end]) => [name, end])).toEqual(
    processes.map(({ name }) => [name, 'code 0']),
  );
  expect(Math.max(...took.map(([, , ms]) => ms))).toBeLessThan(STOP_DEADLINE_MS);
  expect(logs()).not.toContain('not stopped within the deadline');
}

/** The only worker that runs, with one command in a commit that waits and more of them in hand. */
async function heldWorker(ledger: string) {
  const { stack } = world;
  const [worker, other] = stack.workers as [Process, Process];
  const api = String(stack.apiUrls[1]);
  await call(`${api}/v1/ledgers/${ledger}`, 'PUT', {});
  await other.stop();
  const { release } = await holdLedger(stack, ledger);
  const commands = mixedCommands();
  for (const [n, command] of commands.entries()) {
    expect((await send(api, ledger, command)).status).toBe(202);
    await until('it is in hand', async () => {
      const { active, waiting } = await chunks(stack, ledger);
      return active.length === n + 1 && waiting.length === 0;
    });
  }
  return { worker, commands, release };
}

/** The ids of the commands in chunks that wait. */
async function idsIn(ledger: string, chunkIds: readonly string[]): Promise<string[]> {
  const queue = `${(await shardKeysOf(world.stack, ledger)).tag}:chunks`;
  return await withRedis(world.stack, async (redis) => {
    const ids: string[] = [];
    for (const id of chunkIds) {
      const data = JSON.parse(String(await redis.hget(`${queue}:${id}`, 'data'))) as ChunkData;
      ids.push(...data.commands.map((command) => command.id));
    }
    return ids;
  });
}

/** A client that begins a request, to a ledger that the API knows by then, and sends no more. */
async function halfSent(api: string): Promise<void> {
  const ledger = `${api}/v1/ledgers/half-sent`;
  await call(ledger, 'PUT', {});
  await call(`${ledger}/transactions`, 'POST', transfer('world', 'a', 1), {
    'Idempotency-Key': 'whole',
  });
  const { port, hostname } = new URL(api);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => {});
  socket.write(
    `POST /v1/ledgers/half-sent/transactions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${KEY}\r\nIdempotency-Key: half\r\n` +
      'Content-Type: application/json\r\nContent-Length: 500\r\n\r\n{"postings":',
  );
}

/** Nobody found chunks that a process had left behind. */
function noDeathCounted(): void {
  expect(logs()).not.toContain('"takeover":true');
}

function logs(): string {
  const folder = join(TEST_DIRECTORY, 'e2e-stop/logs');
  return world.stack.processes
    .map(({ name }) => readFileSync(join(folder, `${name}.log`), 'utf8'))
    .join('');
}
