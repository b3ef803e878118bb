import type { Server } from 'node:http';
import { serve } from '@hono/node-server';
import type { Hono } from 'hono';
import type { Service } from './service.ts';

const HEADERS_MS_MAX = 10_000;
const REQUEST_MS_MAX = 30_000;
const KEEP_ALIVE_MS = 65_000;
const IDLE_SWEEP_MS = 50;

/** An HTTP server as a part of a process. On stop it takes no more connections and finishes the requests in hand. */
export function httpService(
  app: Pick<Hono, 'fetch'>,
  options: { host: string; port: number },
): Service {
  let server: Server | undefined;
  return {
    name: `http://${options.host}:${options.port}`,
    start() {
      return new Promise((resolve, reject) => {
        const listening = serve(
          { fetch: app.fetch, hostname: options.host, port: options.port },
          () => resolve(),
        ) as Server;
        listening.once('error', reject);
        // A client that is slow to send may not hold a connection for ever.
        listening.headersTimeout = HEADERS_MS_MAX;
        listening.requestTimeout = REQUEST_MS_MAX;
        // Longer than a load balancer keeps its connections, so that it is the one that closes.
        listening.keepAliveTimeout = KEEP_ALIVE_MS;
        listening.prependListener('request', (_, response) => {
          if (server === undefined) response.setHeader('Connection', 'close');
        });
        server = listening;
      });
    },
    stop() {
      const closing = server;
      server = undefined;
      if (!closing) return Promise.resolve();
      return new Promise((resolve) => {
        // A connection that is busy now is idle later: it is closed then.
        const timer = setInterval(() => closing.closeIdleConnections(), IDLE_SWEEP_MS);
        closing.close(() => {
          clearInterval(timer);
          resolve();
        });
      });
    },
  };
}
