import { describe, expect, test } from 'vitest';
import { PROBLEMS, Problem, type ProblemCode } from './problems.ts';
import { REJECTIONS } from './rejections.ts';

const CODES = Object.keys(PROBLEMS) as ProblemCode[];
/** As the HTTP contract lists them. */
const STATUSES: Record<number, string[]> = {
  400: ['invalid_request', 'idempotency_key_missing', 'idempotency_key_invalid', 'cursor_invalid'],
  401: ['unauthorized'],
  403: ['forbidden'],
  404: ['ledger_not_found', 'account_not_found', 'transaction_not_found', 'route_not_found'],
  405: ['method_not_allowed'],
  409: ['ledger_conflict'],
  412: ['version_mismatch'],
  413: ['too_large'],
  415: ['unsupported_media_type'],
  422: ['idempotency_key_reused'],
  429: ['rate_limited'],
  500: ['internal_error'],
  503: ['overloaded', 'unavailable'],
};

describe('the catalogue of problems', () => {
  test('has the codes and statuses of the contract', () => {
    const statuses = Object.groupBy(CODES, (code) => PROBLEMS[code].status);
    expect(statuses).toEqual(STATUSES);
  });

  test.each(CODES)('%s can stand in a URL and has a title of its own', (code) => {
    expect(code).toMatch(/^[a-z]+(_[a-z]+)*$/);
    expect(PROBLEMS[code].title).toMatch(/^[A-Z].*[^.]$/);
    expect(CODES.filter((other) => PROBLEMS[other].title === PROBLEMS[code].title)).toEqual([code]);
  });

  test('shares no code with the rejections: a 422 may carry either', () => {
    expect(CODES.filter((code) => code in REJECTIONS)).toEqual([]);
  });
});

describe('a problem', () => {
  test('is an error with a code, and without faults or headers unless they are given', () => {
    const problem = new Problem('overloaded', 'Too much waits.');
    expect(problem).toBeInstanceOf(Error);
    expect(problem).toMatchObject({
      name: 'Problem',
      code: 'overloaded',
      message: 'Too much waits.',
    });
    expect(problem).toMatchObject({ faults: [], headers: {} });
    expect('cause' in problem).toBe(false);
  });

  test('keeps where the faults lie, its headers and its cause', () => {
    const cause = new Error('down');
    const faults = [{ pointer: '#/postings/0/amount', detail: 'must be a string' }];
    const problem = new Problem('invalid_request', 'It is not valid.', {
      faults,
      headers: { Allow: 'GET' },
      cause,
    });
    expect(problem).toMatchObject({ faults, headers: { Allow: 'GET' } });
    expect(problem.cause).toBe(cause);
  });
});
