import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { freePort } from '../src/ports.ts';
import { type Line, openLine } from './proxy-line.ts';

/** A way to a server that can be disturbed, as a network and a server can be. */
export type TcpProxy = {
  /** `url` with the proxy's address instead of the server's. */
  url: string;
  /** Connections stay open, and nothing passes any more. */
  silence(): void;
  /** Lets through what was held back, and all that follows. */
  resume(): void;
  /** Half-open for good: what is sent on the connections that there are is lost, and neither end learns of it. New ones are let through. */
  abandon(): void;
  /** So many milliseconds pass from now on until what is sent arrives, towards the server and from it. Nothing overtakes. */
  delay(ms: Partial<Delays>): void;
  /** Leads new connections to the server of another URL; those that there are stay. */
  retarget(url: string): void;
  /** Closes every connection; new ones are let through. */
  drop(): void;
  /** Closes every connection and refuses new ones: to its clients, the server is down. */
  cut(): Promise<void>;
  /** Lets connections through again. */
  mend(): Promise<void>;
  /** How many clients have closed their connection, or lost it. */
  clientsClosed(): number;
  /** For good. */
  close(): Promise<void>;
};

/** Delays in milliseconds. */
export type Delays = { to: number; from: number };

/** Opens a proxy before the server of a URL. `abandonAfter`: abandons its connections once a client has sent this text. */
export async function openTcpProxy(
  url: string,
  { abandonAfter }: { abandonAfter?: string } = {},
): Promise<TcpProxy> {
  let target = new URL(url);
  const port = await freePort();
  const lines = new Set<Line>();
  const delays: Delays = { to: 0, from: 0 };
  let silent = false;
  let closed = 0;
  const abandon = () => {
    for (const line of lines) line.abandon();
  };
  const server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname);
    client.setNoDelay();
    upstream.setNoDelay();
    client.on('close', () => {
      closed += 1;
    });
    if (abandonAfter !== undefined)
      client.on('data', (bytes) => {
        if (bytes.includes(abandonAfter)) abandon();
      });
    const line = openLine(client, upstream, delays, () => lines.delete(line));
    lines.add(line);
    if (silent) line.silence();
  });
  const drop = () => {
    for (const line of lines) line.drop();
  };
  const cut = async () => {
    if (!server.listening) return;
    const closing = once(server, 'close');
    server.close();
    drop();
    await closing;
  };
  const mend = async () => {
    if (server.listening) return;
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
      for (const line of lines) line.silence();
    },
    resume() {
      silent = false;
      for (const line of lines) line.resume();
    },
    abandon,
    delay(ms) {
      Object.assign(delays, ms);
    },
    retarget(to) {
      target = new URL(to);
    },
    drop,
    cut,
    mend,
    clientsClosed: () => closed,
    close: cut,
  };
}
