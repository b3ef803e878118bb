import { setTimeout as sleep } from 'node:timers/promises';
import type { Api } from './create-api.ts';

const PAUSE_MS = 200;

/**
 * Sends a transaction with the same key again and again until it is accepted, and returns the id that the answer gave.
 * Throws when the API says that it never will be, or when `patienceMs` is over.
 */
export async function postUntilAccepted(
  api: Pick<Api, 'postTransaction'>,
  key: string,
  body: string,
  patienceMs = 60_000,
): Promise<string> {
  const deadline = performance.now() + patienceMs;
  let last = 'no answer';
  while (performance.now() < deadline) {
    try {
      const answer = await api.postTransaction(key, body);
      last = `${answer.status} ${JSON.stringify(answer.body)}`;
      if (answer.status >= 200 && answer.status < 300) {
        return String(answer.body['id']);
      }
      if (answer.status < 500 && answer.status !== 429) {
        break;
      }
    } catch (error) {
      last = String(error);
    }
    await sleep(PAUSE_MS);
  }
  throw new Error(`the transaction with key ${key} was not accepted: ${last}`);
}
