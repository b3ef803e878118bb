import type { Answer } from '../drive/drive.ts';

/**
 * accepted: it is or will be posted or rejected, under the key as its id. refused: nothing was stored. unknown: it may have
 * been accepted. wrong: no answer that the contract allows.
 */
export type Judgement = 'accepted' | 'refused' | 'unknown' | 'wrong';

/** What an answer to a transaction with this UUID, in lower case, as its key says about it. */
export function judgeAnswer(key: string, answer: Answer): Judgement {
  const { status, raw, sends, orderly } = answer;
  if (status >= 200 && status < 300) {
    const itsOwn = raw.includes(`"id":"${key}"`);
    return itsOwn ? 'accepted' : orderly ? 'wrong' : 'unknown';
  }
  if (status === 429 || (status === 503 && raw.includes('"code":"overloaded"'))) {
    // The try before this one may have got through although its answer was lost.
    return sends === 1 ? 'refused' : 'unknown';
  }
  return status >= 500 || !orderly ? 'unknown' : 'wrong';
}
