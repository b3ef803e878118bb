import { setTimeout as delay } from 'node:timers/promises';
import {
  METADATA_KEYS_MAX,
  METADATA_VALUE_CHARS_MAX,
  QUEUE_COMMANDS_MAX,
} from '@razao/shared/contract/limits.ts';
import { until } from '@razao/stack/test/until.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { trickle } from './support/bad-clients.ts';
import { startFlood, summarise, warmUp } from './support/flood.ts';
import { call } from './support/http.ts';
import { openWorld, type World } from './support/open-world.ts';
import { growthOf, othersUnharmed } from './support/others.ts';
import { nameOnAnotherShard, watchShard } from './support/shard-watch.ts';
import { drained, lawsHold } from './support/verify.ts';
import { exactlyTheAcceptedArePosted, nothingIsLeftOf, report } from './support/verify-flood.ts';
import { openWires, requestText, type Wire } from './support/wire.ts';

const APIS = 2;
/** A chunk each, as it was decided on before the other's was known. */
const OVERSHOOT_MAX = 1_000 * APIS;
const P99_MS_MAX = 5_000;
const REQUEST_MS_MAX = 30_000;
const STALLED_MS_MAX = 30_000;
const KEEP_ALIVE_MS = 65_000;
/** Until the buffers on the way are full. Node then takes a write that is stuck for progress once: two timeouts pass. */
const FILLING_MS_MAX = 30_000;
/** How late a server that looks once a second may be, this machine, and the clock: idle ones are opened over seconds. */
const LATE_MS_MAX = 10_000;
const FULL = 'full';
const NORMAL = nameOnAnotherShard(FULL);
const LARGE_PATH = `/v1/ledgers/${NORMAL}/accounts/large`;

let world: World;
let api: string;
beforeAll(async () => {
  world = await openWorld('overload-long', { apis: APIS });
  api = world.stack.apiUrls[0] as string;
  for (const ledger of [FULL, NORMAL, 'spike'])
    await call(`${api}/v1/ledgers/${ledger}`, 'PUT', {});
  await warmUp(world.stack);
});
afterAll(() => world?.close());

test('a worker that is stopped until a ledger has half of the queue and nothing more is admitted drains all of it', async () => {
  const { stack } = world;
  const [worker] = stack.workers;
  await worker?.kill('SIGSTOP');
  const watch = watchShard(stack, FULL);
  const flood = await startFlood({ urls: stack.apiUrls, ledger: FULL, connections: 8 });
  await until('many writes are refused', () => flood.overloaded.length > 10_000, 300_000);
  const began = performance.now();
  await worker?.kill('SIGCONT');
  await delay(2_000);
  await flood.stop();
  await drained(stack, 300_000);
  watch.stop();
  const drainMs = Math.round(performance.now() - began);
  report('queue full', { flood, commandsMax: watch.commandsMax(), drainMs });
  expect(watch.commandsMax()).toBeGreaterThanOrEqual(QUEUE_COMMANDS_MAX / 2);
  expect(watch.commandsMax()).toBeLessThanOrEqual(QUEUE_COMMANDS_MAX / 2 + OVERSHOOT_MAX);
  expect([...flood.strange, ...flood.unavailable]).toEqual([]);
  expect(flood.latency().p99).toBeLessThan(P99_MS_MAX);
  await exactlyTheAcceptedArePosted(stack, FULL, flood);
  await nothingIsLeftOf(stack, FULL, flood.overloaded);
});

test('a spike of ten times the load for ten seconds is accepted, posted and drained', async () => {
  const { stack } = world;
  const plan = { urls: stack.apiUrls, ledger: 'spike' };
  const base = await startFlood({ ...plan, connections: 16, perSecond: 300 });
  await delay(3_000);
  const spike = await startFlood({ ...plan, connections: 64, perSecond: 2_700 });
  await delay(10_000);
  await spike.stop();
  await delay(3_000);
  await base.stop();
  await drained(stack, 2_000);
  report('spike', { base, spike });
  for (const flood of [base, spike]) {
    expect([...flood.strange, ...flood.overloaded, ...flood.unavailable]).toEqual([]);
    expect(flood.latency().p99).toBeLessThan(P99_MS_MAX);
  }
  expect(spike.accepted.length).toBeGreaterThan(26_500);
  await exactlyTheAcceptedArePosted(stack, 'spike', base, spike);
});

type Kind = { count: number; begin(wire: Wire): unknown; fromMs: number; toMs: number };

const KINDS: Record<string, Kind> = {
  'bodies byte by byte': {
    count: 50,
    begin: (wire) => trickle(wire, postHead({ 'Content-Length': '1000' }), 500),
    fromMs: REQUEST_MS_MAX,
    toMs: REQUEST_MS_MAX,
  },
  'bodies without end': {
    count: 50,
    begin: (wire) => trickle(wire, postHead({ 'Transfer-Encoding': 'chunked' }), 500, '1\r\nx\r\n'),
    fromMs: REQUEST_MS_MAX,
    toMs: REQUEST_MS_MAX,
  },
  'bodies shorter than announced': {
    count: 50,
    begin: ({ socket }) => socket.write(`${postHead({ 'Content-Length': '1000' })}{`),
    fromMs: 0,
    toMs: REQUEST_MS_MAX,
  },
  'answers never read': {
    count: 3,
    begin: neverRead,
    fromMs: STALLED_MS_MAX,
    toMs: FILLING_MS_MAX + 2 * STALLED_MS_MAX,
  },
  idle: {
    count: 5_000,
    begin: (wire) => wire.ask(requestText('GET', '/livez')),
    fromMs: KEEP_ALIVE_MS,
    toMs: KEEP_ALIVE_MS + 1_000,
  },
};

test('each kind of slow client is closed when its time is over', async () => {
  const { stack } = world;
  const metadata = Object.fromEntries(
    Array.from({ length: METADATA_KEYS_MAX }, (_, n) => [
      `key-${n}`,
      'x'.repeat(METADATA_VALUE_CHARS_MAX),
    ]),
  );
  expect((await call(`${api}${LARGE_PATH}`, 'PUT', { metadata })).status).toBe(200);
  await othersUnharmed(api, NORMAL, async () => {
    const grows = growthOf(stack.apis[0]);
    const lasting: [string, Kind, Promise<number>[]][] = [];
    for (const [name, kind] of Object.entries(KINDS)) {
      const wires = await openWires(api, kind.count);
      for (const [n, wire] of wires.entries()) {
        kind.begin(wire);
        if (n % 50 === 49) await delay(20);
      }
      lasting.push([name, kind, wires.map(({ closed }) => closed)]);
    }
    for (const [name, kind, closings] of lasting) {
      const lasted = await Promise.all(closings);
      report('slow', { [name]: summarise(lasted) });
      expect(Math.min(...lasted), name).toBeGreaterThan(kind.fromMs - 1_000);
      expect(Math.max(...lasted), name).toBeLessThan(kind.toMs + LATE_MS_MAX);
    }
    report('slow', { growthKib: grows() });
    expect(grows()).toBeLessThan(200_000);
  });
  await drained(stack);
  await lawsHold(stack);
});

function postHead(headers: Record<string, string>): string {
  return requestText('POST', `/v1/ledgers/${NORMAL}/transactions`, {
    headers: { 'Idempotency-Key': 'slow', 'Content-Type': 'application/json', ...headers },
  }).replace('Content-Length: 0\r\n', '');
}

/** Asks for large answers and reads none of them. */
function neverRead({ socket, closed }: Wire): void {
  socket.pause();
  // Paused, it hears of its end only when it writes.
  const timer = setInterval(() => socket.write(requestText('GET', LARGE_PATH)), 40);
  void closed.then(() => clearInterval(timer));
}
