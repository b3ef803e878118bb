import { randomUUID } from 'node:crypto';
import type { ApiMetrics } from '@razao/shared/runtime/metrics.ts';
import type { MiddlewareHandler } from 'hono';
import type { ApiEnv } from './env.ts';

/** Gives each request an id, and measures it by method, route pattern and status. */
export function measure(metrics: ApiMetrics): MiddlewareHandler<ApiEnv> {
  return async function measureRequest(c, next) {
    const started = performance.now();
    c.set('instance', `urn:uuid:${randomUUID()}`);
    c.set('route', 'none');
    await next();
    const seconds = (performance.now() - started) / 1_000;
    metrics.requests.observe(
      { method: c.req.method, route: c.get('route'), status: c.res.status },
      seconds,
    );
  };
}
