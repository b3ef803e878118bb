import { Problem } from '@razao/shared/contract/problems.ts';
import type { Handler, Hono } from 'hono';
import type { ApiEnv } from './env.ts';

type Method = 'GET' | 'PUT' | 'POST' | 'PATCH' | 'DELETE';

/** Registers a resource's methods at a path; every other method there is a 405 that names them. */
export function resource(
  app: Hono<ApiEnv>,
  path: string,
  handlers: { [M in Method]?: Handler<ApiEnv> },
): void {
  const byMethod = new Map<string, Handler<ApiEnv>>(
    Object.entries(handlers).flatMap(([method, handler]) =>
      (method === 'GET' ? ['GET', 'HEAD'] : [method]).map((name) => [name, handler]),
    ),
  );
  const allow = [...byMethod.keys()].join(', ');
  // One route and not one for each method: the router finds and orders all that match.
  app.all(path, (c, next) => {
    c.env.route = path;
    const handler = byMethod.get(c.req.method);
    if (handler) return handler(c, next);
    throw new Problem('method_not_allowed', `this resource has ${allow}`, {
      headers: { Allow: allow },
    });
  });
}
