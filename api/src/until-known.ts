import { randomUUID } from 'node:crypto';
import { Problem } from '@razao/shared/contract/problems.ts';
import { problemResponse } from './http/problem-response.ts';

type Fetch = (request: Request, env: object) => Response | Promise<Response>;

/** What an API tells of itself before it knows what it works for: why it is not ready. */
const TOLD = new Set(['/readyz', '/metrics']);

/** An API that answers nothing else before `known` says so, as it could send ledgers to the wrong queues. */
export function untilKnown(app: { fetch: Fetch }, known: () => boolean): { fetch: Fetch } {
  const starting = new Problem('unavailable', 'the service is starting; try again');
  return {
    fetch(request, env) {
      if (known() || TOLD.has(new URL(request.url).pathname)) return app.fetch(request, env);
      return problemResponse(starting, `urn:uuid:${randomUUID()}`);
    },
  };
}
