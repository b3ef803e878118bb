import { Problem } from '@razao/shared/contract/problems.ts';
import type { HonoRequest } from 'hono';
import type { KeyRing } from './key-ring.ts';

const BEARER = /^Bearer +([\x21-\x7e]{1,200})$/i;

/** Lets a request pass whose `Authorization: Bearer` key the key ring knows. Throws `unauthorized`. */
export function authenticate(request: HonoRequest, keys: KeyRing): void {
  const key = BEARER.exec(request.header('authorization') ?? '')?.[1];
  if (key !== undefined && keys.knows(key)) return;
  throw new Problem('unauthorized', 'send Authorization: Bearer with a valid key', {
    faults: [{ header: 'Authorization', detail: 'must be Bearer with a valid key' }],
    headers: { 'WWW-Authenticate': 'Bearer realm="razao"' },
  });
}
