import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openTcpProxy, type TcpProxy } from './tcp-proxy.ts';
import { until } from './until.ts';

let server: Server;
let proxy: TcpProxy;
let clients: Socket[];

beforeEach(async () => {
  clients = [];
  server = createServer((socket) => socket.on('error', () => {}).pipe(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  proxy = await openTcpProxy(`redis://localhost:${(server.address() as AddressInfo).port}/2`);
});
afterEach(async () => {
  for (const client of clients) client.destroy();
  await proxy.close();
  server.close();
});

test('what is sent comes back, by an address that differs in host and port only', async () => {
  expect(proxy.url).toMatch(/^redis:\/\/127\.0\.0\.1:\d+\/2$/);
  const client = await open();
  client.write('hello');
  await until('it is back', () => client.heard() === 'hello');
});

test('silence holds back what is sent, on new connections too, until it is over', async () => {
  const before = await open();
  proxy.silence();
  const after = await open();
  for (const client of [before, after]) client.write('hello');
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect([before.heard(), after.heard(), before.closed()]).toEqual(['', '', false]);
  proxy.resume();
  await until('both are heard', () => before.heard() + after.heard() === 'hellohello');
});

test('dropped connections are closed, and new ones let through', async () => {
  const before = await open();
  before.write('hello');
  await until('it is there', () => before.heard() === 'hello');
  proxy.drop();
  await until('it is closed', before.closed);
  const after = await open();
  after.write('hello');
  await until('it is there', () => after.heard() === 'hello');
});

test('a cut closes connections and refuses new ones until it is mended, at the same address', async () => {
  const before = await open();
  await proxy.cut();
  await until('it is closed', before.closed);
  await expect(open()).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  await proxy.cut();
  await proxy.mend();
  const after = await open();
  after.write('hello');
  await until('it is there', () => after.heard() === 'hello');
});

test('what is delayed arrives later, in order, also when the delay ends meanwhile', async () => {
  const client = await open();
  proxy.delay({ to: 150, from: 50 });
  const at = performance.now();
  client.write('a');
  await until('it is back', () => client.heard() === 'a');
  expect(performance.now() - at).toBeGreaterThan(190);
  client.write('b');
  await new Promise((resolve) => setTimeout(resolve, 20));
  proxy.delay({ to: 0, from: 0 });
  client.write('c');
  await until('both are back', () => client.heard() === 'abc');
  expect(performance.now() - at).toBeGreaterThan(330);
});

test('the last words of a client that ends arrive, however late', async () => {
  let heard = '';
  server.on('connection', (socket) =>
    socket.on('data', (bytes) => {
      heard += bytes.toString();
    }),
  );
  const client = await open();
  proxy.delay({ to: 100 });
  client.end('farewell');
  await until('it is closed', client.closed);
  await until('they are heard', () => heard === 'farewell');
});

test('abandoned connections stay open and lose all that is sent, and new ones are let through', async () => {
  const before = await open();
  before.write('a');
  await until('it is back', () => before.heard() === 'a');
  proxy.abandon();
  before.write('b');
  const after = await open();
  after.write('c');
  await until('it is back', () => after.heard() === 'c');
  expect([before.heard(), before.closed(), proxy.clientsClosed()]).toEqual(['a', false, 0]);
  after.end('');
  await until('it has left', () => proxy.clientsClosed() === 1);
});

test('a text that is sent can abandon its connection', async () => {
  const address = `redis://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const armed = await openTcpProxy(address, { abandonAfter: 'boom' });
  const client = await open(armed);
  client.write('a');
  await until('it is back', () => client.heard() === 'a');
  client.write('boom');
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect([client.heard(), client.closed()]).toEqual(['a', false]);
  await armed.close();
});

test('new connections are led to another server, the old ones stay', async () => {
  const other = createServer((socket) => socket.on('error', () => {}).end('other'));
  other.listen(0, '127.0.0.1');
  await once(other, 'listening');
  const before = await open();
  proxy.retarget(`redis://127.0.0.1:${(other.address() as AddressInfo).port}`);
  const after = await open();
  before.write('hello');
  await until('both are heard', () => before.heard() === 'hello' && after.heard() === 'other');
  other.close();
});

/** A client of the proxy, with what it has heard. */
async function open(through = proxy) {
  const socket = connect(Number(new URL(through.url).port), '127.0.0.1');
  clients.push(socket);
  let heard = '';
  await once(socket, 'connect');
  socket.on('error', () => {});
  socket.on('data', (bytes) => {
    heard += bytes.toString();
  });
  return {
    write: (text: string) => socket.write(text),
    end: (text: string) => socket.end(text),
    heard: () => heard,
    closed: () => socket.destroyed,
  };
}
