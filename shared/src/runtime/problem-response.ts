import { PROBLEMS, type Problem } from '../contract/problems.ts';
import type { Rejection } from '../contract/rejections.ts';

const HEADERS = { 'Content-Type': 'application/problem+json' };
const RETRY_LATER = new Set<number>([429, 503]);

/** A refusal as RFC 9457 problem+json. `instance` names the request. */
export function problemResponse(problem: Problem, instance: string): Response {
  const { status } = PROBLEMS[problem.code];
  const retry: Record<string, string> = RETRY_LATER.has(status) ? { 'Retry-After': '1' } : {};
  return new Response(JSON.stringify(problemBody(problem, instance)), {
    status,
    headers: { ...HEADERS, ...retry, ...problem.headers },
  });
}

/** A refusal as JSON, also where it is a part of an answer. */
export function problemBody(problem: Problem, instance: string) {
  const { status, title } = PROBLEMS[problem.code];
  return {
    type: `/problems/${problem.code}`,
    title,
    status,
    code: problem.code,
    detail: problem.message,
    instance,
    errors: problem.faults,
  };
}

/** The answer to a write that waited and was rejected: the rejection's code, and the transaction itself. */
export function rejectionResponse(
  rejection: Rejection,
  transaction: unknown,
  instance: string,
  headers: Record<string, string>,
): Response {
  const body = {
    type: `/problems/${rejection.code}`,
    title: 'The transaction was rejected',
    status: 422,
    code: rejection.code,
    detail: rejection.detail,
    instance,
    errors: [],
    transaction,
  };
  return new Response(JSON.stringify(body), { status: 422, headers: { ...HEADERS, ...headers } });
}
