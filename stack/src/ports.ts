import { connect, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Fixed ports lie outside 32768 to 60999, from which Linux hands out the ports of outgoing connections: a client that
 * keeps reconnecting to a dead server on such a port can be given that very port, connect to itself, and hold it.
 */
export const START_PORTS = { api: 3000, worker: 3001, postgres: 25432, redis: 26399 } as const;

/** Of each test process that runs beside others: a server that is down for a moment must find its port free. */
const FREE_PORTS = 1_000;
const FREE_PORT_FIRST = 20_000 + FREE_PORTS * (Number(process.env['VITEST_POOL_ID'] ?? 0) % 5);
const FREE_PORT_LAST = FREE_PORT_FIRST + FREE_PORTS;
const given = new Set<number>();
const FREE_PORT_TRIES_MAX = 200;

/** A port on 127.0.0.1 on which nothing listens, which this process was not given before, outside the range of outgoing connections. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < FREE_PORT_TRIES_MAX; tries += 1) {
    const span = FREE_PORT_LAST - FREE_PORT_FIRST;
    const port = FREE_PORT_FIRST + Math.floor(Math.random() * span);
    if (!given.has(port) && (await canListen(port))) {
      given.add(port);
      return port;
    }
  }
  throw new Error(`no free port between ${FREE_PORT_FIRST} and ${FREE_PORT_LAST}`);
}

/** True when the kernel would let a server listen on this port of 127.0.0.1 now. */
export function canListen(port: number, host = '127.0.0.1'): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** Waits until a server could listen on the port: a server that was just killed frees it a moment later. */
export async function waitUntilFree(port: number, timeoutMs = 2000): Promise<boolean> {
  const deadline = performance.now() + timeoutMs;
  while (!(await canListen(port))) {
    if (performance.now() > deadline) {
      return false;
    }
    await sleep(20);
  }
  return true;
}

/** True when something accepts a TCP connection there within a second. */
export function answersTcp(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 1000 });
    const settle = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => settle(true));
    socket.once('error', () => settle(false));
    socket.once('timeout', () => settle(false));
  });
}
