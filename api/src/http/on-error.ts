import { Problem } from '@razao/shared/contract/problems.ts';
import type { Logger } from '@razao/shared/runtime/log.ts';
import { throttleLog } from '@razao/shared/runtime/log-throttle.ts';
import type { ApiMetrics } from '@razao/shared/runtime/metrics.ts';
import { problemResponse } from '@razao/shared/runtime/problem-response.ts';
import type { ErrorHandler } from 'hono';
import type { ApiEnv } from './env.ts';
import { instanceOf } from './instance.ts';
import { isOutage, outageCause } from './outage.ts';

/** An outage fails every request alike: the metrics count them all, the log tells each cause once in so long. */
const OUTAGE_LOG_MS = 5_000;

/** The one place that turns an error into an answer: a problem as it is, an outage into 503, anything else into a bare 500. */
export function onError(
  log: Logger,
  metrics: ApiMetrics,
  logThrottle = throttleLog(OUTAGE_LOG_MS),
): ErrorHandler<ApiEnv> {
  return function answerError(error, c) {
    const instance = instanceOf(c);
    const problem = toProblem(error);
    if (problem.code === 'internal_error') {
      log.error({ err: error, instance, route: c.env.route }, 'internal error');
    } else if (problem.code === 'unavailable' && !(error instanceof Problem)) {
      const unsaid = logThrottle(outageCause(error));
      const line = { err: error, instance, route: c.env.route, unsaid };
      if (unsaid !== null) log.warn(line, 'a dependency is unavailable');
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
