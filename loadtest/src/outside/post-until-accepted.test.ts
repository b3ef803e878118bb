import { expect, test } from 'vitest';
import type { ApiAnswer } from './create-api.ts';
import { postUntilAccepted } from './post-until-accepted.ts';

function apiThatAnswers(...answers: (ApiAnswer | Error)[]) {
  const keys: string[] = [];
  return {
    keys,
    postTransaction: async (key: string): Promise<ApiAnswer> => {
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
  expect(await postUntilAccepted(api, 'k', '{}')).toBe('x');
  expect(api.keys).toEqual(['k', 'k', 'k']);
});

test('a refusal for good is not tried again', async () => {
  const api = apiThatAnswers({ status: 422, body: { code: 'idempotency_key_reused' } });
  await expect(postUntilAccepted(api, 'k', '{}')).rejects.toThrow('422');
});

test('patience ends', async () => {
  const api = apiThatAnswers({ status: 503, body: { code: 'unavailable' } });
  await expect(postUntilAccepted(api, 'k', '{}', 100)).rejects.toThrow('unavailable');
});
