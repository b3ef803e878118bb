import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { freePort } from '@razao/stack/ports.ts';

/** A TCP connection that can be cut: to its client, the server behind it is down then. */
export type TestProxy = {
  /** The server's URL, by way of the proxy. */
  url: string;
  /** Breaks all connections and refuses new ones. */
  cut(): Promise<void>;
  /** Lets connections through again. */
  mend(): Promise<void>;
  close(): Promise<void>;
};

export async function openProxy(serverUrl: string): Promise<TestProxy> {
  const target = new URL(serverUrl);
  const port = await freePort();
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname);
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from);
      from.on('error', () => {});
      from.once('close', () => {
        sockets.delete(from);
        to.destroy();
      });
      from.pipe(to);
    }
  });
  const mend = async () => {
    server.listen({ port, host: '127.0.0.1' });
    await once(server, 'listening');
  };
  const cut = () =>
    new Promise<void>((resolve) => {
      if (!server.listening) return resolve();
      server.close(() => resolve());
      for (const socket of sockets) socket.destroy();
    });
  await mend();
  const url = new URL(serverUrl);
  url.port = String(port);
  return { url: url.href, cut, mend, close: cut };
}
