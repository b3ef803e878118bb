import type { Answer } from '../drive/drive.ts';

/**
 * accepted: it is or will be posted or rejected, under the key as its id. refused: nothing was stored. unknown: it may have
 * been accepted. wrong: no answer that the contract allows.
 */
export type Judgement = 'accepted' | 'refused' | 'unknown' | 'wrong';

/**
 * What an answer to transactions with these UUIDs, in lower case, as their keys says about them: to one alone, or to all of
 * a bulk, in its order.
 */
export function judgeAnswer(keys: readonly string[], answer: Answer): Judgement {
  const { status, raw, sends, orderly } = answer;
  if (status >= 200 && status < 300) {
    return namesAll(raw, keys) ? 'accepted' : orderly ? 'wrong' : 'unknown';
  }
  if (status === 429 || (status === 503 && raw.includes('"code":"overloaded"'))) {
    // The try before this one may have got through although its answer was lost.
    return sends === 1 ? 'refused' : 'unknown';
  }
  return status >= 500 || !orderly ? 'unknown' : 'wrong';
}

/** Whether the ids stand in the JSON in this order. */
export function namesAll(raw: Buffer, keys: readonly string[]): boolean {
  let at = 0;
  for (const key of keys) {
    const found = raw.indexOf(`"id":"${key}"`, at);
    if (found < 0) return false;
    at = found + 1;
  }
  return true;
}
