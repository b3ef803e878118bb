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
  for (const [method, handler] of Object.entries(handlers)) {
    app.on(method, path, (c, next) => {
      c.set('route', path);
      return handler(c, next);
    });
  }
  const allow = Object.keys(handlers)
    .flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method]))
    .join(', ');
  app.all(path, (c) => {
    c.set('route', path);
    throw new Problem('method_not_allowed', `this resource has ${allow}`, {
      headers: { Allow: allow },
    });
  });
}
