import { WAIT_SECONDS_MAX } from '@razao/shared/contract/limits.ts';
import type { HonoRequest } from 'hono';

/** How long a client wants to wait, and the header that says what was made of its wish (RFC 7240). */
export type Wait = { ms: number; applied: Record<string, string> };

const NO_WAIT: Wait = { ms: 0, applied: {} };
const WAIT = /^wait[ \t]*=[ \t]*"?(\d+)"?$/i;

/** Reads `Prefer: wait=N` in seconds. More than the maximum is clamped; what cannot be read is ignored, as the RFC says. */
export function readPreferWait(request: HonoRequest): Wait {
  const header = request.header('prefer');
  if (header === undefined) return NO_WAIT;
  for (const preference of header.split(',')) {
    const match = WAIT.exec(preference.split(';')[0]?.trim() ?? '');
    if (match) return waitFor(Number(match[1]));
  }
  return NO_WAIT;
}

/** A wait of so many seconds, clamped. */
export function waitFor(seconds: number): Wait {
  const granted = Math.min(seconds, WAIT_SECONDS_MAX);
  return { ms: granted * 1_000, applied: { 'Preference-Applied': `wait=${granted}` } };
}
