import { Problem } from '@razao/shared/contract/problems.ts';
import type { Logger } from '@razao/shared/runtime/log.ts';
import type { ApiMetrics } from '@razao/shared/runtime/metrics.ts';
import type { ErrorHandler } from 'hono';
import type { ApiEnv } from './env.ts';
import { isOutage } from './outage.ts';
import { problemResponse } from './problem-response.ts';

/** The one place that turns an error into an answer: a problem as it is, an outage into 503, anything else into a bare 500. */
export function onError(log: Logger, metrics: ApiMetrics): ErrorHandler<ApiEnv> {
  return function answerError(error, c) {
    const instance = c.get('instance');
    const problem = toProblem(error);
    if (problem.code === 'internal_error') {
      log.error({ err: error, instance, route: c.get('route') }, 'internal error');
    } else if (problem.code === 'unavailable' && !(error instanceof Problem)) {
      log.warn({ err: error, instance, route: c.get('route') }, 'a dependency is unavailable');
    }
    metrics.refused.inc({ code: problem.code });
    return problemResponse(problem, instance);
  };
}

function toProblem(error: Error): Problem {
  if (error instanceof Problem) return error;
  if (isOutage(error))
    return new Problem('unavailable', 'a part of the service does not answer; try again');
  return new Problem(
    'internal_error',
    'the fault was logged; name the instance when you report it',
  );
}
