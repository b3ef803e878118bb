import { setTimeout as sleep } from 'node:timers/promises';
import type { Sent } from '../generate/create-encoder.ts';
import type { Api, ApiAnswer } from './create-api.ts';

const PAUSE_MS = 200;

/**
 * Sends a write as it is again and again until it is accepted, and returns the body of the answer.
 * Throws when the API says that it never will be, or when `patienceMs` is over.
 */
export async function postUntilAccepted(
  api: Pick<Api, 'post'>,
  sent: Sent,
  patienceMs = 60_000,
): Promise<ApiAnswer['body']> {
  const deadline = performance.now() + patienceMs;
  let last = 'no answer';
  while (performance.now() < deadline) {
    try {
      const answer = await api.post(sent);
      last = `${answer.status} ${JSON.stringify(answer.body)}`;
      if (answer.status >= 200 && answer.status < 300) {
        return answer.body;
      }
      if (answer.status < 500 && answer.status !== 429) {
        break;
      }
    } catch (error) {
      last = String(error);
    }
    await sleep(PAUSE_MS);
  }
  throw new Error(`what was sent with key ${sent.key} was not accepted: ${last}`);
}
