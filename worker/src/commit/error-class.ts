import { DatabaseError } from 'pg';
import { LockLost } from '../leadership/lock-lost.ts';

/** Unique violations that mean that another writer was here, which is nobody's command's fault. */
const WRITER_TABLES = new Set(['transactions', 'ledgers']);

/** Raised where the rules or the rows of a batch contradict themselves: the fault of a command, or a bug it brings out. */
export class BatchFault extends Error {
  constructor(cause: unknown) {
    super(`a batch could not be applied: ${(cause as Error).message}`, { cause });
    this.name = 'BatchFault';
  }
}

/**
 * Whether an error can be the fault of a single command: data that Postgres refuses (classes 22 and 23), or an exception
 * of the rules themselves. Everything else is the infrastructure's, and rejects nobody.
 */
export function isCommandFault(error: unknown): boolean {
  if (error instanceof BatchFault) return true;
  if (error instanceof LockLost || !(error instanceof DatabaseError)) return false;
  const code = error.code ?? '';
  if (code === '23505' && WRITER_TABLES.has(error.table ?? '')) return false;
  return code.startsWith('22') || code.startsWith('23');
}

/**
 * Whether a statement took longer than it may: fewer commands may do. It is not that it waited for somebody's lock, for which
 * the session has less patience.
 */
export function isTooSlow(error: unknown): boolean {
  return error instanceof DatabaseError && error.code === '57014';
}

/**
 * Whether an error is the session's own, so that only another session can do better: its server only reads (a standby, or one
 * that became read-only), or a statement it prepared is gone or returns other columns than it did.
 */
export function isSessionFault(error: unknown): boolean {
  if (!(error instanceof DatabaseError)) return false;
  const { code = '', routine } = error;
  if (code === '0A000') return routine === 'RevalidateCachedQuery';
  return code.startsWith('25') || code.startsWith('26');
}

/** The SQLSTATE of an error, or the code of the system's; `unknown` where it has none. */
export function errorCode(error: unknown): string {
  const code = (error as { code?: unknown }).code;
  return typeof code === 'string' ? code : 'unknown';
}
