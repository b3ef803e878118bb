import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { KEY } from './open-world.ts';

export type WireAnswer = { status: number; head: string; body: string };

/** One keep-alive connection that speaks HTTP/1.1 by hand: cheap enough to flood with, and free to misbehave. */
export type Wire = {
  socket: Socket;
  /** Sends bytes as they are and resolves with the next answer, in the order of the calls; throws when there is none. */
  ask(text: string): Promise<WireAnswer>;
  /** Resolves when the connection is gone, with the milliseconds that it lasted. */
  closed: Promise<number>;
};

type Asked = { resolve(answer: WireAnswer): void; reject(error: Error): void };

export async function openWire(url: string): Promise<Wire> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port), noDelay: true });
  const asked: Asked[] = [];
  let received: Buffer = Buffer.alloc(0);
  socket.on('data', (bytes: Buffer) => {
    received = received.length === 0 ? bytes : Buffer.concat([received, bytes]);
    for (let next = cut(received); next; next = cut(received)) {
      received = next.rest;
      asked.shift()?.resolve(next.answer);
    }
  });
  const opened = performance.now();
  const closed = new Promise<number>((resolve) => {
    socket.once('close', () => {
      for (const { reject } of asked.splice(0)) reject(new Error('closed without an answer'));
      resolve(performance.now() - opened);
    });
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  });
  socket.on('error', () => {});
  return {
    socket,
    closed,
    ask: (text) =>
      new Promise((resolve, reject) => {
        if (socket.destroyed) return reject(new Error('closed'));
        asked.push({ resolve, reject });
        socket.write(text);
      }),
  };
}

/** Opens many, some at a time: neither the backlog of the listening socket nor this process is what is tested. */
export async function openWires(url: string, count: number): Promise<Wire[]> {
  const wires: Wire[] = [];
  while (wires.length < count) {
    const some = Math.min(50, count - wires.length);
    wires.push(...(await Promise.all(Array.from({ length: some }, () => openWire(url)))));
    await delay(10);
  }
  return wires;
}

/** A request as text. */
export function requestText(
  method: string,
  path: string,
  { body = '', headers = {} }: { body?: string; headers?: Record<string, string> } = {},
): string {
  const lines = Object.entries({
    Host: 'localhost',
    Authorization: `Bearer ${KEY}`,
    ...(body === '' ? {} : { 'Content-Type': 'application/json' }),
    ...(method === 'GET' ? {} : { 'Content-Length': String(Buffer.byteLength(body)) }),
    ...headers,
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n${body}`;
}

/** The first whole answer among the bytes, and what follows it. */
function cut(bytes: Buffer): { answer: WireAnswer; rest: Buffer } | null {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) return null;
  const head = bytes.toString('latin1', 0, end);
  const length = Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? 0);
  const to = end + 4 + length;
  if (bytes.length < to) return null;
  const answer = {
    status: Number(head.slice(9, 12)),
    head,
    body: bytes.toString('utf8', end + 4, to),
  };
  return { answer, rest: bytes.subarray(to) };
}
