import { type Logger, pino } from 'pino';

export type { Logger } from 'pino';

/** The process's logger: JSON lines on stdout. Keys, bodies and credentials never go into a line. */
export function createLog(name: string, level: string): Logger {
  return pino({
    name,
    level,
    base: { name, pid: process.pid },
    serializers: { err: describeError },
    redact: ['authorization', 'headers', 'body', 'key'],
    formatters: { level: (label) => ({ level: label }) },
  });
}

/** Type, message, code and stack, with causes: drivers hang whole connections, and statements with values, on their errors. */
function describeError(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { message: String(error) };
  const { code } = error as { code?: unknown };
  return {
    type: error.name,
    message: error.message,
    ...(code === undefined ? {} : { code }),
    stack: error.stack,
    ...(error.cause === undefined ? {} : { cause: describeError(error.cause) }),
  };
}
