import { expect, test } from 'vitest';
import type { Sent } from '../generate/create-encoder.ts';
import type { ApiAnswer } from './create-api.ts';
import { postUntilAccepted } from './post-until-accepted.ts';

const SENT = { below: '', key: 'k', body: '{}' };

function apiThatAnswers(...answers: (ApiAnswer | Error)[]) {
  const keys: (string | null)[] = [];
  return {
    keys,
    post: async ({ key }: Sent): Promise<ApiAnswer> => {
      keys.push(key);
      const answer = answers.shift();
      if (answer === undefined || answer instanceof Error) {
        throw answer ?? new Error('asked once too often');
      }
      return answer;
    },
  };
}

test('a lost connection and a 503 are tried again with the same key', async () => {
  const api = apiThatAnswers(
    new TypeError('fetch failed'),
    { status: 503, body: {} },
    { status: 202, body: { id: 'x' } },
  );
  expect(await postUntilAccepted(api, SENT)).toEqual({ id: 'x' });
  expect(api.keys).toEqual(['k', 'k', 'k']);
});

test('a refusal for good is not tried again', async () => {
  const api = apiThatAnswers({ status: 422, body: { code: 'idempotency_key_reused' } });
  await expect(postUntilAccepted(api, SENT)).rejects.toThrow('422');
});

test('patience ends', async () => {
  const api = apiThatAnswers({ status: 503, body: { code: 'unavailable' } });
  await expect(postUntilAccepted(api, SENT, 100)).rejects.toThrow('unavailable');
});
