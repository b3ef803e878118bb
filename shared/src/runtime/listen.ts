import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  ServerResponse,
} from 'node:http';
import { Server as NetServer } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { limitPipelining } from './limit-pipelining.ts';
import type { Service } from './service.ts';

const HEADERS_MS_MAX = 10_000;
const REQUEST_MS_MAX = 30_000;
/** How often Node looks for requests that are late; its default of 30 s would make each limit as much longer. */
const LATE_SWEEP_MS = 1_000;
/** Nothing is sent or received for so long in the middle of an exchange; longer than any answer takes, waits included. */
const STALLED_MS_MAX = 30_000;
const KEEP_ALIVE_MS = 65_000;
const IDLE_SWEEP_MS = 50;
/** On stop, how long a connection may be idle before it is closed: a request may be on its way on it. */
const IDLE_GRACE_MS = 1_000;
/** On stop, how often what has connected meanwhile is looked for. */
const ACCEPT_TURNS_MAX = 20;
/** On stop, how long a client may be slow to send or to read; short of the deadline of the whole process. */
const STOP_MS_MAX = 7_000;

/**
 * An HTTP server as a part of a process. On stop it takes no more connections, finishes the requests in hand, and says with
 * each answer that the connection ends, so that no client sends a further one in vain.
 */
export function httpService(
  app: { fetch(request: Request, env: object): Response | Promise<Response> },
  options: { host: string; port: number },
): Service {
  let server: Server | undefined;
  class Answer<R extends IncomingMessage> extends ServerResponse<R> {
    override writeHead(status: number, ...rest: unknown[]): this {
      if (server === undefined) this.setHeader('Connection', 'close');
      return Reflect.apply(super.writeHead, this, [status, ...rest]);
    }
  }
  return {
    name: `http://${options.host}:${options.port}`,
    start() {
      return new Promise((resolve, reject) => {
        const handle = getRequestListener(app.fetch, { hostname: options.host });
        const listening = createServer(
          { connectionsCheckingInterval: LATE_SWEEP_MS, ServerResponse: Answer },
          limitPipelining(handle as RequestListener),
        );
        listening.once('error', reject);
        // A client that is slow to send may not hold a connection for ever.
        listening.headersTimeout = HEADERS_MS_MAX;
        listening.requestTimeout = REQUEST_MS_MAX;
        // Nor may one that does not read its answers.
        listening.timeout = STALLED_MS_MAX;
        // Longer than a load balancer keeps its connections, so that it is the one that closes.
        listening.keepAliveTimeout = KEEP_ALIVE_MS;
        listening.listen(options.port, options.host, resolve);
        server = listening;
      });
    },
    async stop() {
      if (server) await acceptPending(server);
      const closing = server;
      // Not before: whose connection ends comes back at once, and must be refused, not kept waiting.
      server = undefined;
      if (!closing) return;
      await new Promise<void>((resolve) => {
        const stopped = performance.now();
        const timer = setInterval(() => {
          const ms = performance.now() - stopped;
          if (ms > STOP_MS_MAX) closing.closeAllConnections();
          // A connection that is busy now is idle later: it is closed then. One that only seems idle, as this process has not
          // come round to reading what was sent on it, is read before.
          else if (ms > IDLE_GRACE_MS) setImmediate(() => closing.closeIdleConnections());
        }, IDLE_SWEEP_MS);
        // HTTP's own `close` would end idle connections at once, and what was just sent on them.
        NetServer.prototype.close.call(closing, () => {
          clearInterval(timer);
          resolve();
        });
      });
    },
  };
}

/** Takes the connections that clients have opened already, and may have sent on: those that nobody took would be reset. */
async function acceptPending(server: Server): Promise<void> {
  let accepted = 0;
  const count = () => {
    accepted += 1;
  };
  server.on('connection', count);
  for (let before = -1, turns = 0; turns < ACCEPT_TURNS_MAX; turns++) {
    // From the second on Node has looked anew, in between, at what has arrived.
    await new Promise((resolve) => setImmediate(resolve));
    if (accepted === before) break;
    before = accepted;
  }
  server.off('connection', count);
}
