import { randomUUID } from 'node:crypto';
import { UUID_PATTERN } from '@razao/shared/contract/grammar.ts';
import type { ApiMetrics } from '@razao/shared/runtime/metrics.ts';
import type { MiddlewareHandler } from 'hono';
import type { ApiEnv } from './env.ts';

/**
 * Gives each request an id, that of a proxy in front of us where it sent one, and measures it by method, route pattern and
 * status.
 */
export function measure(metrics: ApiMetrics): MiddlewareHandler<ApiEnv> {
  return async function measureRequest(c, next) {
    const started = performance.now();
    const given = c.req.header('x-request-id');
    const id = given !== undefined && UUID_PATTERN.test(given) ? given : randomUUID();
    c.set('instance', `urn:uuid:${id}`);
    c.set('route', 'none');
    await next();
    const seconds = (performance.now() - started) / 1_000;
    metrics.requests.observe(
      { method: c.req.method, route: c.get('route'), status: c.res.status },
      seconds,
    );
  };
}
