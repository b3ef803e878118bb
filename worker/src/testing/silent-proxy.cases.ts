import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/**
 * A way to a server that can fall silent, as a network does: connections stay open, and nothing passes any more. With
 * `silentAfter` it does so by itself once a client has sent this text.
 */
export async function openProxy(target: string, { silentAfter }: { silentAfter?: string } = {}) {
  const to = new URL(target);
  const sockets = new Set<Socket>();
  let silent = false;
  let clientsClosed = 0;

  const server = createServer((client) => {
    const upstream = connect(Number(to.port), to.hostname);
    client.on('close', () => {
      clientsClosed += 1;
    });
    for (const [from, into] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from);
      from.on('error', () => {});
      from.on('data', (data) => {
        if (from === client && silentAfter && data.includes(silentAfter)) silent = true;
        if (!silent) into.write(data);
      });
      from.on('close', () => {
        sockets.delete(from);
        if (!silent) into.destroy();
      });
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = new URL(target);
  url.port = String((server.address() as AddressInfo).port);

  return {
    url: url.href,
    /** How many clients have closed their connection. */
    clientsClosed: () => clientsClosed,
    fallSilent() {
      silent = true;
    },
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
