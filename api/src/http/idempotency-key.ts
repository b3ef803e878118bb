import { IDEMPOTENCY_KEY_CHARS_MAX } from '@razao/shared/contract/limits.ts';
import { type FaultPlace, Problem } from '@razao/shared/contract/problems.ts';
import type { HonoRequest } from 'hono';

const VISIBLE = /^[\x21-\x7e]+$/;
const QUOTED = /^"((?:[^"\\]|\\["\\])*)"$/;

const HEADER: FaultPlace = { header: 'Idempotency-Key' };
const DETAIL = `must be 1 to ${IDEMPOTENCY_KEY_CHARS_MAX} visible ASCII characters, bare or as a quoted string`;

/**
 * Reads the Idempotency-Key: 1 to 255 visible ASCII characters, bare or as a quoted structured-field string, which is the
 * same key. Throws `idempotency_key_missing` or `idempotency_key_invalid`.
 */
export function readIdempotencyKey(request: HonoRequest): string {
  return parseIdempotencyKey(request.header('idempotency-key'), () => HEADER);
}

/** The same for a key that stands at another place; only what is not there at all, or empty, is missing. */
export function parseIdempotencyKey(given: unknown, place: () => FaultPlace): string {
  if (given === undefined || given === '') {
    throw new Problem(
      'idempotency_key_missing',
      'send an idempotency key, a new one for each new write',
      { faults: [{ ...place(), detail: 'is missing' }] },
    );
  }
  const key = typeof given === 'string' ? unquote(given) : null;
  if (key === null || !VISIBLE.test(key) || key.length > IDEMPOTENCY_KEY_CHARS_MAX) {
    throw new Problem('idempotency_key_invalid', `the idempotency key ${DETAIL}`, {
      faults: [{ ...place(), detail: DETAIL }],
    });
  }
  return key;
}

function unquote(text: string): string | null {
  if (!text.startsWith('"')) return text;
  return QUOTED.exec(text)?.[1]?.replace(/\\(["\\])/g, '$1') ?? null;
}
