import { DatabaseError } from 'pg';

/** SQLSTATE classes that speak of the server or the connection, not of the statement. */
const OUTAGE_CLASSES = new Set(['08', '53', '55', '57', '58']);
/**
 * A server that only reads, as after a failover; a session that was ended as it took too long; and a schema that lacks what every
 * statement of ours has been tested against: it is older than we are, or gone.
 */
const OUTAGE_CODES = new Set(['25006', '25P03', '25P04', '42P01', '42703', '42883']);
const SYSTEM_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENOTFOUND',
]);
/** What pg, pg-pool and ioredis throw without a code when the other side is away. */
const MESSAGES = [
  'Connection terminated',
  'timeout exceeded when trying to connect',
  'Query read timeout',
  'Client has encountered a connection error',
  "Stream isn't writeable",
  'Connection is closed',
  'Command timed out',
  'Reached the max retries per request limit',
];

/** How Redis begins an answer that speaks of itself: it is full, loading, a replica, cannot write its file, or is busy. */
const REDIS_STATES = /^(OOM|LOADING|READONLY|MASTERDOWN|MISCONF|CLUSTERDOWN|TRYAGAIN|BUSY) /;

/** What tells an outage from others: its code, else the part of its text that is always the same. */
export function outageCause(error: Error): string {
  const { code } = error as { code?: unknown };
  if (typeof code === 'string' && code !== '') return code;
  return MESSAGES.find((message) => error.message.includes(message)) ?? firstWord(error.message);
}

/** Whether an error means that Postgres or Redis does not answer, as opposed to a bug of ours. */
export function isOutage(error: unknown): boolean {
  if (error instanceof DatabaseError) {
    const { code = '' } = error;
    return OUTAGE_CODES.has(code) || OUTAGE_CLASSES.has(code.slice(0, 2));
  }
  if (!(error instanceof Error)) return false;
  const { code } = error as { code?: unknown };
  if (typeof code === 'string' && SYSTEM_CODES.has(code)) return true;
  if (error.name === 'ReplyError' && REDIS_STATES.test(error.message)) return true;
  return MESSAGES.some((message) => error.message.includes(message));
}

function firstWord(text: string): string {
  return text.split(' ', 1)[0] ?? '';
}
