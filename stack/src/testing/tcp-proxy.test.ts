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

/** A client of the proxy, with what it has heard. */
async function open() {
  const socket = connect(Number(new URL(proxy.url).port), '127.0.0.1');
  clients.push(socket);
  let heard = '';
  await once(socket, 'connect');
  socket.on('error', () => {});
  socket.on('data', (bytes) => {
    heard += bytes.toString();
  });
  return {
    write: (text: string) => socket.write(text),
    heard: () => heard,
    closed: () => socket.destroyed,
  };
}
