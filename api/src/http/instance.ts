import { randomUUID } from 'node:crypto';
import { UUID_PATTERN } from '@razao/shared/contract/grammar.ts';
import type { Context } from 'hono';
import type { ApiEnv } from './env.ts';

/** The request's id, made when first asked for, as few answers name it; that of a proxy in front of us where it sent one. */
export function instanceOf(c: Context<ApiEnv>): string {
  const known = c.get('instance');
  if (known) return known;
  const given = c.req.header('x-request-id');
  const id = given !== undefined && UUID_PATTERN.test(given) ? given : randomUUID();
  const instance = `urn:uuid:${id}`;
  c.set('instance', instance);
  return instance;
}
