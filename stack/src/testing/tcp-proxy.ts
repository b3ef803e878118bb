import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { freePort } from '../ports.ts';

/** A way to a server that can be disturbed, as a network and a server can be. */
export type TcpProxy = {
  /** `url` with the proxy's address instead of the server's. */
  url: string;
  /** Connections stay open, and nothing passes any more. */
  silence(): void;
  /** Lets through what was held back, and all that follows. */
  resume(): void;
  /** Closes every connection; new ones are let through. */
  drop(): void;
  /** Closes every connection and refuses new ones: to its clients, the server is down. */
  cut(): Promise<void>;
  /** Lets connections through again. */
  mend(): Promise<void>;
  /** For good. */
  close(): Promise<void>;
};

/** Opens a proxy before the server of a URL. */
export async function openTcpProxy(url: string): Promise<TcpProxy> {
  const target = new URL(url);
  const port = await freePort();
  const sockets = new Set<Socket>();
  let silent = false;
  const server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname);
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from);
      from.on('data', (bytes) => to.write(bytes));
      from.on('end', () => to.end());
      from.on('error', () => to.destroy());
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
      if (silent) from.pause();
    }
  });
  const drop = () => {
    for (const socket of sockets) socket.destroy();
  };
  const cut = async () => {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    drop();
    await closed;
  };
  const mend = async () => {
    server.listen({ port, host: '127.0.0.1' });
    await once(server, 'listening');
  };
  await mend();
  const through = new URL(url);
  through.hostname = '127.0.0.1';
  through.port = String(port);
  return {
    url: through.href,
    silence() {
      silent = true;
      for (const socket of sockets) socket.pause();
    },
    resume() {
      silent = false;
      for (const socket of sockets) socket.resume();
    },
    drop,
    cut,
    mend,
    close: cut,
  };
}
