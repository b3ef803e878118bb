import { IDEMPOTENCY_KEY_CHARS_MAX } from '@razao/shared/contract/limits.ts';
import { Problem } from '@razao/shared/contract/problems.ts';
import type { HonoRequest } from 'hono';

const VISIBLE = /^[\x21-\x7e]+$/;
const QUOTED = /^"((?:[^"\\]|\\["\\])*)"$/;

/**
 * Reads the Idempotency-Key: 1 to 255 visible ASCII characters, bare or as a quoted structured-field string, which is the
 * same key. Throws `idempotency_key_missing` or `idempotency_key_invalid`.
 */
export function readIdempotencyKey(request: HonoRequest): string {
  const header = request.header('idempotency-key');
  if (header === undefined || header === '') {
    throw new Problem(
      'idempotency_key_missing',
      'send an Idempotency-Key header with a new key for each new write',
      {
        faults: [{ header: 'Idempotency-Key', detail: 'is missing' }],
      },
    );
  }
  const key = header.startsWith('"') ? unquote(header) : header;
  if (key === null || !VISIBLE.test(key) || key.length > IDEMPOTENCY_KEY_CHARS_MAX) {
    const detail = `must be 1 to ${IDEMPOTENCY_KEY_CHARS_MAX} visible ASCII characters, bare or as a quoted string`;
    throw new Problem('idempotency_key_invalid', `the Idempotency-Key ${detail}`, {
      faults: [{ header: 'Idempotency-Key', detail }],
    });
  }
  return key;
}

function unquote(header: string): string | null {
  return QUOTED.exec(header)?.[1]?.replace(/\\(["\\])/g, '$1') ?? null;
}
