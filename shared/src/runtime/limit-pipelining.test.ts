import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { getRequestListener } from '@hono/node-server';
import { afterEach, expect, test } from 'vitest';
import { PIPELINED_MAX } from '../contract/limits.ts';
import { limitPipelining } from './limit-pipelining.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections();
});

test('as many as may be under way are served in order, one more is refused, and what is behind it is not looked at', async () => {
  const { port, seen } = await listen();
  const answers = await send(port, requests(PIPELINED_MAX + 50));
  const statuses = [...answers.matchAll(/^HTTP\/1\.1 (\d+)/gm)].map(([, status]) => Number(status));
  expect(statuses).toEqual([...Array(PIPELINED_MAX).fill(200), 429]);
  expect([...answers.matchAll(/^served \/(\d+)/gm)].map(([, n]) => Number(n))).toEqual(
    Array.from({ length: PIPELINED_MAX }, (_, n) => n),
  );
  expect(answers).toContain('"code":"rate_limited"');
  expect(answers).toMatch(/^Retry-After: 1\r$/m);
  expect(seen()).toBe(PIPELINED_MAX);
});

test('what is answered makes room, and each connection has its own', async () => {
  const { port, seen } = await listen();
  const socket = connect(port, '127.0.0.1');
  for (let round = 1; round <= 3; round++) {
    socket.write(requests(PIPELINED_MAX));
    while (seen() < round * PIPELINED_MAX) await delay(5);
    await delay(200);
  }
  await send(port, requests(PIPELINED_MAX), 100);
  expect(seen()).toBe(4 * PIPELINED_MAX);
  socket.destroy();
});

test('a connection that is about to end is not read any more, however much it sends', async () => {
  const { port, received } = await listen();
  const socket = connect(port, '127.0.0.1').on('error', () => {});
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.write(requests(200_000));
  await closed;
  expect(received()).toBeLessThan(200_000);
});

/** A server that answers a moment later, one after the other. */
async function listen() {
  let seen = 0;
  let last: Socket | undefined;
  const answer = getRequestListener(async ({ url }) => {
    seen += 1;
    await delay(20 + 5 * (seen % PIPELINED_MAX));
    return new Response(`served ${new URL(url).pathname}\n`);
  });
  const limited = limitPipelining(answer as RequestListener);
  const server = createServer((request, response) => {
    last = request.socket;
    limited(request, response);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    seen: () => seen,
    received: () => last?.bytesRead ?? 0,
  };
}

function requests(count: number): string {
  return Array.from({ length: count }, (_, n) => `GET /${n} HTTP/1.1\r\nHost: x\r\n\r\n`).join('');
}

/** Everything that comes back until the server ends the connection, or for so long. */
async function send(port: number, text: string, msMax = 2_000): Promise<string> {
  const socket = connect(port, '127.0.0.1').on('error', () => {});
  socket.write(text);
  let received = '';
  socket.on('data', (bytes) => (received += bytes));
  await Promise.race([new Promise((resolve) => socket.once('close', resolve)), delay(msMax)]);
  socket.destroy();
  return received;
}
