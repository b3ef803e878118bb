import type { IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { Problem } from '@razao/shared/contract/problems.ts';
import { httpService } from '@razao/shared/runtime/listen.ts';
import type { Service } from '@razao/shared/runtime/service.ts';
import { freePort } from '@razao/stack/ports.ts';
import { Hono } from 'hono';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import type { ApiEnv } from './env.ts';
import { readBody } from './read-body.ts';

const BYTES_MAX = 300_000;
const schema = z.strictObject({ a: z.string() });

let port: number;
let service: Service;
let requests: (IncomingMessage | undefined)[];
let atOnce: (boolean | undefined)[];
/** Of how many packets a whole body was made when it was read. */
let packetsThen: number[];
beforeEach(async () => {
  [requests, atOnce, packetsThen] = [[], [], []];
  port = await freePort();
  const app = new Hono<ApiEnv>();
  app.post('/', async (c) => {
    const { incoming } = c.env;
    requests.push(incoming);
    // Handlers look something up before they read the body; with that, what is in one packet with the head is here.
    await null;
    const body = readBody(c, schema, BYTES_MAX);
    atOnce.push(incoming?.readableDidRead);
    return c.text(`read ${(await body).a.length}`);
  });
  // One that is busy for so long that the whole body has come meanwhile, in however many packets.
  app.post('/late', async (c) => {
    while (!c.env.incoming?.complete) await new Promise((resolve) => setImmediate(resolve));
    packetsThen.push(bufferedParts(c.env.incoming));
    return c.text(`read ${(await readBody(c, schema, BYTES_MAX)).a.length}`);
  });
  app.onError((error, c) => c.text(error instanceof Problem ? error.code : error.message, 400));
  service = httpService(app, { host: '127.0.0.1', port });
  await service.start();
});
afterEach(() => service.stop());

const json = (length: number) => JSON.stringify({ a: 'x'.repeat(length) });
const post = (body: string, length = String(body.length)) =>
  `POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n\r\n${body}`;
const chunked = (body: string) =>
  `POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`;

test.each<[string, string[], string[], boolean[]]>([
  ['with its head', [post(json(3))], ['read 3'], [true]],
  ['after its head', [post('', '9'), json(1)], ['read 1'], [false]],
  ['in parts', [post('{"a":', '9'), '"x', '"}'], ['read 1'], [false]],
  ['in more than one packet can hold', [post(json(200_000))], ['read 200000'], [false]],
  ['in chunks', [chunked(json(3))], ['read 3'], [false]],
  ['before the next', [post(json(3)) + post(json(4))], ['read 3', 'read 4'], [true, true]],
  ['and is empty', [post('') + post(json(1))], ['invalid_request', 'read 1'], [false, true]],
  ['and is no JSON', [post('{"a"') + post(json(1))], ['invalid_request', 'read 1'], [true, true]],
  ['and is too long', [post(json(BYTES_MAX))], ['too_large'], [false]],
])('a body comes %s', async (_, packets, answers, taken) => {
  const connection = connect(port, '127.0.0.1').setNoDelay(true);
  let received = '';
  connection.on('data', (bytes) => (received += bytes)).on('error', () => {});
  const bodies = () => received.match(/read \d+|invalid_request|too_large/g) ?? [];
  for (const packet of packets) {
    connection.write(packet);
    // Else the next one could come along with it.
    await expect.poll(() => atOnce).not.toEqual([]);
  }
  await expect.poll(bodies).toEqual(answers);
  expect(atOnce).toEqual(taken);
  // The next request of the connection is only looked at once this one has ended.
  if (!answers.includes('too_large'))
    await expect.poll(() => requests.map((request) => request?.readableEnded)).not.toContain(false);
  connection.destroy();
});

test('a body that has come in several packets before it is looked at is read whole', async () => {
  const connection = connect(port, '127.0.0.1').setNoDelay(true);
  let received = '';
  connection.on('data', (bytes) => (received += bytes)).on('error', () => {});
  for (const length of [10, 1_000, 9_000]) {
    const body = json(length);
    const text = post(body).replace('POST / ', 'POST /late ');
    for (const cut of [3, 700, body.length - 3]) {
      if (cut >= body.length) continue;
      const at = text.length - body.length + cut;
      received = '';
      connection.write(text.slice(0, at));
      await new Promise((resolve) => setTimeout(resolve, 20));
      connection.write(text.slice(at));
      await expect
        .poll(() => /read \d+|invalid_request/.exec(received)?.[0])
        .toBe(`read ${length}`);
    }
  }
  // Else nothing was tried.
  expect(packetsThen.filter((packets) => packets > 1).length).toBeGreaterThan(3);
  connection.destroy();
});

test('a body that broke off is not read', async () => {
  const connection = connect(port, '127.0.0.1');
  connection.write(post('{"a":', '9'));
  await expect.poll(() => atOnce).toEqual([false]);
  connection.destroy();
  await expect.poll(() => requests[0]?.errored?.message).toBe('aborted');
});

/** Node keeps what has come packet by packet; it tells only how many bytes that is. */
function bufferedParts(incoming: IncomingMessage): number {
  const { buffer } = (incoming as unknown as { _readableState: { buffer: unknown[] } })
    ._readableState;
  return buffer.length;
}
