import type { Answer } from '../drive/drive.ts';
import type { StormRequest } from './storm.ts';

const DERIVED_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/**
 * What is wrong with an answer, or null. A first answer tells the id of a key that is not a UUID, which every later one is
 * then held to.
 */
export function judgeStormAnswer(request: StormRequest, answer: Answer): string | null {
  const { of, conflicting } = request;
  const { status, raw, headers } = answer;
  if (conflicting) {
    const refused = status === 422 && raw.includes('"code":"idempotency_key_reused"');
    return refused ? null : 'another body under a used key was not refused';
  }
  if (status < 200 || status >= 300) {
    return 'an answer was not 2xx';
  }
  const id = /"id":"([^"]*)"/.exec(raw.toString())?.[1];
  if (of.id === null && id !== undefined && DERIVED_ID.test(id)) {
    of.id = id;
  }
  if (id === undefined || id !== of.id) {
    return 'an answer had a wrong id';
  }
  of.accepted = true;
  if (!isReplay(headers)) {
    of.firsts += 1;
  }
  return of.firsts > 1 ? 'a key was taken for new twice' : null;
}

function isReplay(headers: readonly string[]): boolean {
  const at = headers.findIndex((text) => text.toLowerCase() === 'idempotency-replayed');
  return at >= 0 && headers[at + 1] === 'true';
}
