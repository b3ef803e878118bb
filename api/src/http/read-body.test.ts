import { expect, test } from 'vitest';
import { z } from 'zod';
import { honoRequest } from '../../test/hono-request.ts';
import { readBody } from './read-body.ts';

const BYTES_MAX = 100;
const TYPE = 'application/json';
const schema = z.strictObject({ a: z.string(), b: z.record(z.string(), z.number()).optional() });

test.each([
  ['{"a":"1"}', { a: '1' }],
  [' {"a":"\\u00e9","b":{"constructor":1}}\n', { a: '\u00e9', b: { constructor: 1 } }],
  ['{"a":"1","a":"2"}', { a: '2' }],
  ['{"a":"1"}'.padEnd(BYTES_MAX), { a: '1' }],
])('%s is read as %j', async (body, value) => {
  expect(await read(body)).toEqual(value);
  expect(await read(body, { 'Content-Length': String(Buffer.byteLength(body)) })).toEqual(value);
});

test.each([
  ['', 'invalid_request', ['#']],
  ['{', 'invalid_request', ['#']],
  ['[]', 'invalid_request', ['#']],
  ['{}', 'invalid_request', ['#/a']],
  ['{"a":1,"c":1,"b":{"x":"1"}}', 'invalid_request', ['#/a', '#/b/x', '#/c']],
  ['{"a":"1","b":{"__proto__":1}}', 'invalid_request', ['#/b/__proto__']],
  ['{"a":"1","b":[0,{"x/y":[{"__proto__":1}]}]}', 'invalid_request', ['#/b/1/x~1y/0/__proto__']],
  ['{"a":"1"}'.padEnd(BYTES_MAX + 1), 'too_large', []],
  ['x'.repeat(BYTES_MAX + 1), 'too_large', []],
])('%s is refused as %s at %j', async (body, code, pointers) => {
  await expect(read(body)).rejects.toMatchObject({
    code,
    faults: pointers.map((pointer) => ({ pointer })),
  });
});

test('a body that is announced too long is not read', async () => {
  const request = read('{"a":"1"}', { 'Content-Length': String(BYTES_MAX + 1) });
  await expect(request).rejects.toMatchObject({
    code: 'too_large',
    headers: { Connection: 'close' },
  });
});

test.each([{}, { 'Content-Length': '50' }])(
  'a body that breaks off is the fault of its client (%j)',
  async (headers) => {
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        controller.error(Object.assign(new Error('aborted'), { code: 'ECONNRESET' }));
      },
    });
    const all = { 'Content-Type': TYPE, ...headers };
    const request = readBody(received(all, body), schema, BYTES_MAX);
    await expect(request).rejects.toMatchObject({
      code: 'invalid_request',
      faults: [{ pointer: '#' }],
    });
  },
);

test('bytes count, not characters', async () => {
  const body = `{"a":"${'\u00e9'.repeat(46)}"}`;
  expect(body.length).toBeLessThanOrEqual(BYTES_MAX);
  expect(Buffer.byteLength(body)).toBe(BYTES_MAX);
  expect(await read(body)).toEqual({ a: '\u00e9'.repeat(46) });
  await expect(read(`${body} `)).rejects.toMatchObject({ code: 'too_large' });
});

function read(body: string, headers: Record<string, string> = {}) {
  return readBody(received({ 'Content-Type': TYPE, ...headers }, body), schema, BYTES_MAX);
}

function received(headers: Record<string, string>, body: string | ReadableStream<Uint8Array>) {
  return { req: honoRequest(headers, { body }), env: { route: 'none' } };
}
