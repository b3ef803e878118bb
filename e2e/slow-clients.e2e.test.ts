import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { PIPELINED_MAX } from '@razao/shared/contract/limits.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { trickle } from './support/bad-clients.ts';
import { summarise, warmUp, writeText } from './support/flood.ts';
import { holdLedger } from './support/held-ledger.ts';
import { call } from './support/http.ts';
import { openWorld, type World } from './support/open-world.ts';
import { growthOf, othersUnharmed } from './support/others.ts';
import { openFilesMax } from './support/process-cost.ts';
import { nameOnAnotherShard } from './support/shard-watch.ts';
import { drained, lawsHold } from './support/verify.ts';
import { report } from './support/verify-flood.ts';
import { openWire, openWires, requestText } from './support/wire.ts';

const HEADERS_MS_MAX = 10_000;
/** How late a server that looks once a second may be, and this machine besides. */
const LATE_MS_MAX = 20_000;
/** A hundred bodies of the most that one may have, and half as much again. */
const GROWTH_KIB_MAX = 150_000;
const HELD = 'held';
const NORMAL = nameOnAnotherShard(HELD);

let world: World;
let api: string;
beforeAll(async () => {
  world = await openWorld('slow-clients');
  api = world.stack.apiUrls[0] as string;
  for (const ledger of [HELD, NORMAL]) await call(`${api}/v1/ledgers/${ledger}`, 'PUT', {});
  await warmUp(world.stack);
});
afterAll(() => world?.close());

test('headers that come byte by byte, or not at all, cost a connection each for ten seconds, and waiters by the thousand none of the others', async () => {
  const { stack } = world;
  const held = await holdLedger(stack, HELD);
  await others(async () => {
    const grows = growth();
    const slow = await openWires(api, 200);
    const silent = await openWires(api, 50);
    for (const wire of slow) trickle(wire, 'GET /livez HTTP/1.1\r\nX-Slow: ', 500);
    const waiting: Promise<number>[] = [];
    for (let n = 0; n < 25; n++) {
      for (const wire of await openWires(api, 200)) waiting.push(waitTen(wire));
    }
    const millis = await Promise.all(waiting);
    const perWaiter = grows() / millis.length;
    const lasted = await Promise.all([...slow, ...silent].map(({ closed }) => closed));
    report('slow headers', { closed: summarise(lasted), waiters: summarise(millis), perWaiter });
    expect(Math.min(...lasted)).toBeGreaterThan(HEADERS_MS_MAX - 500);
    expect(Math.max(...lasted)).toBeLessThan(HEADERS_MS_MAX + LATE_MS_MAX);
    expect(Math.min(...millis)).toBeGreaterThan(9_900);
    expect(Math.max(...millis)).toBeLessThan(10_000 + LATE_MS_MAX);
    expect(perWaiter, 'KiB for each waiter').toBeLessThan(60);
  });
  await held.release();
  await drained(stack);
});

function readText(address: string): string {
  return requestText('GET', `/v1/ledgers/${NORMAL}/accounts/${address}`);
}

async function waitTen(wire: Awaited<ReturnType<typeof openWire>>): Promise<number> {
  const began = performance.now();
  const answer = await wire.ask(writeText({ ledger: HELD }, randomUUID(), { Prefer: 'wait=10' }));
  expect(answer.status).toBe(202);
  wire.socket.destroy();
  return performance.now() - began;
}

test('ten thousand idle connections cost some memory each, and the others nothing', async () => {
  const count = Math.min(
    10_000,
    openFilesMax('self') - 500,
    openFilesMax(world.stack.apis[0]?.pid ?? null) - 500,
  );
  await others(async () => {
    const grows = growth();
    const idle = await openWires(api, count);
    for (let from = 0; from < count; from += 100) {
      const answers = idle
        .slice(from, from + 100)
        .map((wire) => wire.ask(requestText('GET', '/livez')));
      for (const { status } of await Promise.all(answers)) expect(status).toBe(200);
    }
    const perConnection = grows() / count;
    expect(idle.filter(({ socket }) => socket.destroyed)).toEqual([]);
    report('idle', { connections: count, perConnection });
    expect(perConnection, 'KiB for each connection').toBeLessThan(25);
    // One by one: a thousand ends in one turn are another test.
    for (const [n, { socket }] of idle.entries()) {
      socket.destroy();
      if (n % 50 === 49) await delay(5);
    }
  });
});

test('a body that never ends is cut off, with a key and without one', async () => {
  await others(async () => {
    const grows = growth();
    const head = requestText('POST', `/v1/ledgers/${NORMAL}/transactions`, {
      headers: {
        'Idempotency-Key': 'endless',
        'Content-Type': 'application/json',
        'Transfer-Encoding': 'chunked',
      },
    }).replace(/Content-Length: 0\r\n/, '');
    const wires = await openWires(api, 100);
    const pour = `4000\r\n${' '.repeat(0x4000)}\r\n`;
    const statuses = wires.map((wire, n) => {
      const text = n % 2 ? head : head.replace(/Authorization.*\r\n/, '');
      // Whoever pours on may find the connection reset before the answer was read.
      const answer = wire.ask(text).catch(() => ({ status: 0 }));
      const timer = setInterval(() => wire.socket.write(pour), 10);
      void wire.closed.then(() => clearInterval(timer));
      return answer.then(({ status }) => status);
    });
    const lasted = await Promise.all(wires.map(({ closed }) => closed));
    report('endless bodies', { closed: summarise(lasted), growthKib: grows() });
    for (const [n, status] of (await Promise.all(statuses)).entries())
      expect([0, n % 2 ? 413 : 401]).toContain(status);
    expect(Math.max(...lasted)).toBeLessThan(30_000);
    expect(grows()).toBeLessThan(GROWTH_KIB_MAX);
  });
});

test('pipelined requests are answered in order; a connection on which too many come at once is closed', async () => {
  await others(async () => {
    const wire = await openWire(api);
    const addresses = Array.from({ length: PIPELINED_MAX }, (_, n) => `in:order:${n}`);
    const answers = await Promise.all(addresses.map((address) => wire.ask(readText(address))));
    expect(answers.map(({ body }) => (JSON.parse(body) as { address: string }).address)).toEqual(
      addresses,
    );
    wire.socket.destroy();
    const attack = async () => {
      const greedy = await openWires(api, 2);
      for (const { socket } of greedy) socket.write(readText('world').repeat(10_000));
      return Promise.all(greedy.map(({ closed }) => closed));
    };
    // What the first leaves is garbage for the most part: the second must find room in it.
    await attack();
    await delay(1_000);
    const grows = growth();
    const lasted = await attack();
    report('pipelines', { closed: summarise(lasted), growthKib: grows() });
    expect(Math.max(...lasted)).toBeLessThan(50_000);
    expect(grows()).toBeLessThan(GROWTH_KIB_MAX);
  });
});

test('what is no HTTP, or has headers of 100 KB, is refused and closed', async () => {
  await others(async () => {
    const large = requestText('GET', '/livez', { headers: { 'X-Large': 'x'.repeat(100_000) } });
    const cases: [string, number][] = [
      [large, 431],
      ['\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', 400],
      ['HELLO\r\n\r\n', 400],
      ['GET /livez HTTP/9.9\r\n\r\n', 400],
      ['GET /livez HTTP/1.1\r\nContent-Length: -1\r\n\r\n', 400],
      [
        'GET /livez HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n',
        400,
      ],
    ];
    for (const [text, status] of cases) {
      const wires = await openWires(api, 30);
      const answers = await Promise.all(wires.map((wire) => wire.ask(text)));
      expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([status]));
      await Promise.all(wires.map(({ closed }) => closed));
    }
  });
  await lawsHold(world.stack);
});

function others(work: () => Promise<void>): Promise<void> {
  return othersUnharmed(api, NORMAL, work);
}

function growth(): () => number {
  return growthOf(world.stack.apis[0]);
}
