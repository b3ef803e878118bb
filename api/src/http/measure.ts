import type { ApiMetrics } from '@razao/shared/runtime/metrics.ts';
import type { Hono } from 'hono';
import type { ApiEnv } from './env.ts';

/**
 * Measures an app's requests by method, route pattern and status. From outside, and not as middleware: that would cost
 * every request a layer of promises.
 */
export function measure(app: Hono<ApiEnv>, metrics: ApiMetrics): void {
  const { fetch } = app;
  app.fetch = async function fetchMeasured(request, given?: Partial<ApiEnv['Bindings']>) {
    const started = performance.now();
    const env: ApiEnv['Bindings'] = { ...given, route: 'none' };
    const response = await fetch(request, env);
    const { method } = request;
    const seconds = (performance.now() - started) / 1_000;
    metrics.requests.observe({ method, route: env.route, status: response.status }, seconds);
    return response;
  };
}
