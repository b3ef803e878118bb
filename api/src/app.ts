import { PROBLEMS, Problem, type ProblemCode } from '@razao/shared/contract/problems.ts';
import { REJECTIONS, type RejectionCode } from '@razao/shared/contract/rejections.ts';
import { onlyGet, operationsRoutes } from '@razao/shared/runtime/operations.ts';
import { Hono } from 'hono';
import { accountRoutes } from './accounts/routes.ts';
import { authenticate } from './auth/authenticate.ts';
import type { Deps } from './deps.ts';
import type { ApiEnv } from './http/env.ts';
import { measure } from './http/measure.ts';
import { onError } from './http/on-error.ts';
import { ledgerRoutes } from './ledgers/routes.ts';
import { transactionRoutes } from './transactions/routes.ts';

const UNDER_V1 = /^\/v1(?:\/|$)/;

/** The API as a value: nothing listens and nothing connects here. */
export function createApp(deps: Deps): Hono<ApiEnv> {
  const app = new Hono<ApiEnv>();
  app.onError(onError(deps.log, deps.metrics));
  measure(app, deps.metrics);
  app.route('/', operationsRoutes(deps));
  app.get('/problems/:code', (c) => c.json(explain(c.req.param('code'))));
  onlyGet(app, '/problems/:code');
  ledgerRoutes(app, deps);
  transactionRoutes(app, deps);
  accountRoutes(app, deps);
  app.notFound((c) => {
    // As all resources there do; see `resource`.
    if (UNDER_V1.test(c.req.path)) authenticate(c.req, deps.keys);
    throw new Problem('route_not_found', 'there is nothing at this address');
  });
  return app;
}

/** What a problem's `type` points to. */
function explain(code: string): { code: string; status: number; title: string } {
  if (Object.hasOwn(PROBLEMS, code)) return { code, ...PROBLEMS[code as ProblemCode] };
  if (Object.hasOwn(REJECTIONS, code))
    return { code, status: 422, title: REJECTIONS[code as RejectionCode] };
  throw new Problem('route_not_found', 'there is no problem with this code');
}
