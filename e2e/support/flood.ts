import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Stack } from '@razao/stack/stack-options.ts';
import { until } from '@razao/stack/test/until.ts';
import { call } from './http.ts';
import { openWire, requestText, type Wire } from './wire.ts';

export type Latency = { count: number; p50: number; p99: number; max: number };

export type FloodPlan = {
  urls: readonly string[];
  ledger: string;
  connections: number;
  /** Writes a second at times of their own, however long answers take; without it each connection sends when answered. */
  perSecond?: number;
  /** Postings in each write. */
  postings?: number;
};

/** What writers were told. Keys are UUIDs, so each is its transaction's id too. */
export type Flood = {
  accepted: string[];
  /** 503 `overloaded`, with `Retry-After`. */
  overloaded: string[];
  /** 503 `unavailable`. */
  unavailable: string[];
  /** Whatever else came, which nobody may get. */
  strange: string[];
  /** Of the 202s, in milliseconds; in a flood by the clock each counts from when it was due. */
  latency(): Latency;
  stop(): Promise<void>;
};

const TICK_MS = 5;

/** Writers that each send new transfers over connections of their own, until stopped, and repeat none that was refused. */
export async function startFlood(plan: FloodPlan): Promise<Flood> {
  const { urls, connections, perSecond } = plan;
  const accepted: string[] = [];
  const overloaded: string[] = [];
  const unavailable: string[] = [];
  const strange: string[] = [];
  const millis: number[] = [];
  let stopping = false;
  const wires = await Promise.all(
    Array.from({ length: connections }, (_, n) => openWire(urls[n % urls.length] ?? '')),
  );

  async function send(wire: Wire, due: number): Promise<void> {
    const key = randomUUID();
    const answer = await wire.ask(writeText(plan, key));
    if (answer.status === 202) {
      accepted.push(key);
      millis.push(performance.now() - due);
    } else if (answer.status === 503 && /^retry-after: [1-9][0-9]*\r?$/im.test(answer.head)) {
      const { code } = JSON.parse(answer.body) as { code: string };
      if (code === 'overloaded') overloaded.push(key);
      else if (code === 'unavailable') unavailable.push(key);
      else strange.push(answer.body);
    } else strange.push(`${answer.status} ${answer.body}`);
  }

  async function whenAnswered(wire: Wire): Promise<void> {
    while (!stopping) await send(wire, performance.now());
  }

  async function byTheClock(rate: number): Promise<void> {
    const idle = [...wires];
    const waiting: number[] = [];
    const under = new Set<Promise<void>>();
    let due = performance.now();
    const serve = (): void => {
      while (idle.length > 0 && waiting.length > 0) {
        // In turn: one that is never used is closed by the server.
        const wire = idle.shift() as Wire;
        const sent = send(wire, waiting.shift() as number)
          .catch((error) => void strange.push(String(error)))
          .then(() => {
            under.delete(sent);
            idle.push(wire);
            serve();
          });
        under.add(sent);
      }
    };
    while (!stopping) {
      for (; due <= performance.now(); due += 1_000 / rate) waiting.push(due);
      serve();
      await delay(TICK_MS);
    }
    while (under.size > 0) await Promise.all(under);
  }

  const running = perSecond
    ? byTheClock(perSecond)
    : Promise.all(wires.map((wire) => whenAnswered(wire).catch((e) => strange.push(String(e)))));
  return {
    accepted,
    overloaded,
    unavailable,
    strange,
    latency: () => summarise(millis),
    async stop() {
      stopping = true;
      await running;
      for (const { socket } of wires) socket.destroy();
    },
  };
}

/** What runs for the first time in a process is slow for a reason of its own: writes until it is not. */
export async function warmUp(stack: Stack): Promise<void> {
  const ledger = 'warm-up';
  await call(`${stack.apiUrls[0]}/v1/ledgers/${ledger}`, 'PUT', {});
  const flood = await startFlood({ urls: stack.apiUrls, ledger, connections: 16 });
  await until('the stack is warm', () => flood.accepted.length > 3_000);
  await flood.stop();
}

/** Percentiles of latencies in milliseconds. */
export function summarise(millis: readonly number[]): Latency {
  const sorted = Float64Array.from(millis).sort();
  const at = (share: number) =>
    Math.round((sorted[Math.ceil(sorted.length * share) - 1] ?? 0) * 10) / 10;
  return { count: sorted.length, p50: at(0.5), p99: at(0.99), max: at(1) };
}

/** The write of one flood under a key: from the outside into so many accounts. */
export function writeText(
  { ledger, postings = 1 }: Pick<FloodPlan, 'ledger' | 'postings'>,
  key: string,
  headers: Record<string, string> = {},
): string {
  const body = JSON.stringify({
    postings: Array.from({ length: postings }, (_, n) => ({
      source: 'world',
      destination: `a:${n}`,
      asset: 'BRL/2',
      amount: '1',
    })),
  });
  return requestText('POST', `/v1/ledgers/${ledger}/transactions`, {
    body,
    headers: { 'Idempotency-Key': key, ...headers },
  });
}
