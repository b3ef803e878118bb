/**
 * The catalogue of refusals: every code that a problem+json answer may carry, with its HTTP status and title.
 * Domain code throws `Problem`; only the API's error handler turns it into a response.
 */
export const PROBLEMS = {
  invalid_request: { status: 400, title: 'The request is not valid' },
  idempotency_key_missing: { status: 400, title: 'The Idempotency-Key header is missing' },
  idempotency_key_invalid: { status: 400, title: 'The Idempotency-Key header is not valid' },
  cursor_invalid: { status: 400, title: 'The cursor is not valid' },
  unauthorized: { status: 401, title: 'No valid API key was given' },
  forbidden: { status: 403, title: 'The API key does not allow this' },
  ledger_not_found: { status: 404, title: 'The ledger does not exist' },
  account_not_found: { status: 404, title: 'The account does not exist' },
  transaction_not_found: { status: 404, title: 'The transaction does not exist' },
  route_not_found: { status: 404, title: 'There is nothing at this address' },
  method_not_allowed: { status: 405, title: 'The resource does not have this method' },
  ledger_conflict: { status: 409, title: 'The ledger exists with other settings' },
  version_mismatch: { status: 412, title: 'The resource has changed since it was read' },
  too_large: { status: 413, title: 'The request is too large' },
  unsupported_media_type: { status: 415, title: 'The request body must be application/json' },
  idempotency_key_reused: {
    status: 422,
    title: 'The idempotency key was used for another command',
  },
  rate_limited: { status: 429, title: 'Too many requests' },
  internal_error: { status: 500, title: 'Something went wrong on our side' },
  overloaded: { status: 503, title: 'More waits to be posted than is allowed; try again later' },
  unavailable: { status: 503, title: 'A part of the service is down; try again with the same key' },
} as const satisfies Record<string, { status: number; title: string }>;

export type ProblemCode = keyof typeof PROBLEMS;

/** Where a fault lies: a JSON pointer into the body (`#/postings/0/amount`), a parameter or a header. */
export type FaultPlace = { pointer: string } | { parameter: string } | { header: string };
export type Fault = FaultPlace & { detail: string };

/** A refusal with a code of the catalogue. `faults` say where; `headers` go into the answer as they are. */
export class Problem extends Error {
  readonly code: ProblemCode;
  readonly faults: readonly Fault[];
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    code: ProblemCode,
    detail: string,
    options: { faults?: readonly Fault[]; headers?: Record<string, string>; cause?: unknown } = {},
  ) {
    // Where it was thrown tells nothing, and recording it costs more than the rest of a refused request.
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    super(detail, 'cause' in options ? { cause: options.cause } : undefined);
    Error.stackTraceLimit = stackTraceLimit;
    this.name = 'Problem';
    this.code = code;
    this.faults = options.faults ?? [];
    this.headers = options.headers ?? {};
  }
}
