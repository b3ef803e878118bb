import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { createEncoder } from '../generate/create-encoder.ts';
import { type Answer, type Driven, drive } from './drive.ts';

const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) {
    stop();
  }
});

type Taken = { key: number; answer: Answer };

/** Drives two connections for 0.3 s against a server that answers as told; keys count up from 1. */
async function driveAgainst(answer: (key: number, response: ServerResponse) => void) {
  const received: number[] = [];
  const server = createServer((request: IncomingMessage, response) => {
    request.resume().on('end', () => {
      const key = Number(request.headers['idempotency-key']);
      received.push(key);
      answer(key, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stops.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const apiUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const encode = createEncoder({ apiUrl, ledger: 'load', key: 'secret' });
  const taken: Taken[] = [];
  let last = 0;
  const driven: Driven<number> = await drive<number>({
    apiUrl,
    connections: 2,
    seconds: 0.3,
    next: () => ++last,
    encode: (key) => encode(String(key), `{"key":${key}}`),
    onAnswer: (key, given) => taken.push({ key, answer: given }),
  });
  return { driven, taken, received, last: () => last };
}

function accept(key: number, response: ServerResponse) {
  response.writeHead(202, { 'X-Key': key }).end(`{"id":${key}}`);
}

test('every request is told its own answer, or is named as unanswered', async () => {
  const { driven, taken, last } = await driveAgainst(accept);
  expect(taken.length).toBeGreaterThan(10);
  for (const { key, answer } of taken) {
    expect(answer).toMatchObject({ status: 202, sends: 1, orderly: true });
    expect(answer.raw.toString()).toContain(`{"id":${key}}`);
    expect(answer.headers[answer.headers.indexOf('X-Key') + 1]).toBe(String(key));
  }
  const known = [...taken.map(({ key }) => key), ...driven.unanswered].sort((a, b) => a - b);
  expect(known).toEqual(Array.from({ length: last() }, (_, index) => index + 1));
  expect(driven.errors).toEqual({});
  expect(driven.endedAt - driven.startedAt).toBeGreaterThan(290);
});

test('each connection is known by its number', async () => {
  const numbers = new Set<number>();
  await drive<number>({
    apiUrl: 'http://127.0.0.1:1',
    connections: 3,
    seconds: 0.1,
    next: (connection) => numbers.add(connection).size,
    encode: () => '',
    onAnswer: () => {},
  });
  expect([...numbers].sort()).toEqual([0, 1, 2]);
});

test('latency is that of the answers, timed from their own request', async () => {
  const { driven } = await driveAgainst((key, response) => {
    setTimeout(() => accept(key, response), 20);
  });
  expect(driven.latency.p50).toBeGreaterThan(18);
  expect(driven.latency.max).toBeGreaterThanOrEqual(driven.latency.p50);
});

test('a request whose connection is lost is sent again before anything else', async () => {
  let cuts = 0;
  const { driven, taken, received } = await driveAgainst((key, response) => {
    if (key === 5 && cuts++ === 0) {
      response.socket?.resetAndDestroy();
    } else {
      accept(key, response);
    }
  });
  expect(received.filter((key) => key === 5)).toHaveLength(2);
  const fifth = taken.find(({ key }) => key === 5);
  expect(fifth?.answer).toMatchObject({ status: 202, sends: 2, orderly: false });
  expect(driven.errors).toEqual({ ECONNRESET: 1 });
});

test('a request without an answer at the end is unanswered, and refusals count for no latency', async () => {
  const { driven, taken } = await driveAgainst((key, response) => {
    if (key === 1) {
      response.writeHead(503).end('{"code":"overloaded"}');
    }
  });
  expect(taken.map(({ key, answer }) => [key, answer.status])).toEqual([[1, 503]]);
  expect(driven.unanswered.toSorted()).toEqual([2, 3]);
  expect(driven.latency).toEqual({ p50: 0, p90: 0, p99: 0, max: 0 });
});

test('a server that is away is asked again and again, but calmly', async () => {
  let requests = 0;
  const driven = await drive<number>({
    apiUrl: 'http://127.0.0.1:1',
    connections: 2,
    seconds: 0.3,
    next: () => ++requests,
    encode: () => '',
    onAnswer: () => {},
  });
  expect(driven.errors['ECONNREFUSED']).toBeGreaterThan(4);
  expect(driven.errors['ECONNREFUSED']).toBeLessThan(20);
  expect(driven.unanswered.toSorted()).toEqual([1, 2]);
});
