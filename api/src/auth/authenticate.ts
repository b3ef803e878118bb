import { Problem } from '@razao/shared/contract/problems.ts';
import type { MiddlewareHandler } from 'hono';
import type { ApiEnv } from '../http/env.ts';
import type { KeyRing } from './key-ring.ts';

const BEARER = /^Bearer +([\x21-\x7e]{1,200})$/i;

/** Lets a request pass whose `Authorization: Bearer` key the key ring knows. */
export function authenticate(keys: KeyRing): MiddlewareHandler<ApiEnv> {
  return async function authenticateRequest(c, next) {
    const key = BEARER.exec(c.req.header('authorization') ?? '')?.[1];
    if (key === undefined || !keys.knows(key)) {
      throw new Problem('unauthorized', 'send Authorization: Bearer with a valid key', {
        faults: [{ header: 'Authorization', detail: 'must be Bearer with a valid key' }],
        headers: { 'WWW-Authenticate': 'Bearer realm="razao"' },
      });
    }
    await next();
  };
}
