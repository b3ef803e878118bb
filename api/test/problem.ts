import { expect } from 'vitest';
import type { Answer } from './client.ts';

export type Place = { pointer: string } | { parameter: string } | { header: string };

/** Expects a refusal with every member that problem+json has, its faults being at these places and at no others. */
export function expectProblem(
  answer: Answer,
  status: number,
  code: string,
  ...places: Place[]
): void {
  expect(answer).toMatchObject({ status, body: { code } });
  expect(answer.headers.get('content-type')).toBe('application/problem+json');
  expect(answer.body).toEqual({
    type: `/problems/${code}`,
    title: expect.stringMatching(/./),
    status,
    code,
    detail: expect.stringMatching(/./),
    instance: expect.stringMatching(/^urn:uuid:[0-9a-f-]{36}$/),
    errors: places.map((place) => ({ ...place, detail: expect.stringMatching(/./) })),
  });
}
