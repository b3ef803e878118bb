import { Problem } from '@razao/shared/contract/problems.ts';
import type { Handler, Hono } from 'hono';
import { authenticate } from '../auth/authenticate.ts';
import type { KeyRing } from '../auth/key-ring.ts';
import type { ApiEnv } from './env.ts';

type Method = 'GET' | 'PUT' | 'POST' | 'PATCH' | 'DELETE';

/**
 * Registers a resource's methods at a path, for those who have a key; every other method there is a 405 that names them.
 *
 * It is one route, and the key is asked for here and not by middleware: where a path has one handler and nothing else, Hono
 * calls it without the chain of promises that cost a tenth of a write.
 */
export function resource(
  app: Hono<ApiEnv>,
  keys: KeyRing,
  path: string,
  handlers: { [M in Method]?: Handler<ApiEnv> },
): void {
  const byMethod = new Map<string, Handler<ApiEnv>>(
    Object.entries(handlers).flatMap(([method, handler]) =>
      (method === 'GET' ? ['GET', 'HEAD'] : [method]).map((name) => [name, handler]),
    ),
  );
  const allow = [...byMethod.keys()].join(', ');
  app.all(path, (c, next) => {
    authenticate(c.req, keys);
    c.env.route = path;
    const handler = byMethod.get(c.req.method);
    if (handler) return handler(c, next);
    throw new Problem('method_not_allowed', `this resource has ${allow}`, {
      headers: { Allow: allow },
    });
  });
}
