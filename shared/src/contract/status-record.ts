import type { Outcome, TransactionKind } from './command.ts';
import type { Rejection } from './rejections.ts';

/**
 * What Redis keeps about a transaction's id: a line of words, so that a script can read the first ones.
 *
 *     0 queued <kind> <accepted_at> <fingerprint> <chunk>
 *     <version> <status> <kind> <accepted_at> <fingerprint> <posted_at> <sequence> [<rejection as JSON>]
 *
 * The version stands first, the sequence of the last change: a write with an older one than what is there changes nothing.
 */
export type QueuedRecord = {
  status: 'queued';
  kind: TransactionKind;
  acceptedAt: string;
  fingerprint: string;
  chunk: string;
};
export type StatusRecord = QueuedRecord | Outcome;

/** The record of a command that was admitted to a chunk. */
export function encodeQueued(record: Omit<QueuedRecord, 'status'>): string {
  return `0 queued ${record.kind} ${record.acceptedAt} ${record.fingerprint} ${record.chunk}`;
}

/** The record of a transaction that is in Postgres. */
export function encodeOutcome(outcome: Outcome): string {
  const { version, status, kind, acceptedAt, fingerprint, postedAt, sequence, rejection } = outcome;
  const line = `${version} ${status} ${kind} ${acceptedAt} ${fingerprint} ${postedAt} ${sequence}`;
  return rejection === null ? line : `${line} ${JSON.stringify(rejection)}`;
}

/** Reads a record; null where it is not one (the tier is a cache: an unreadable line counts as absent). */
export function decodeRecord(line: string): StatusRecord | null {
  const [version, status, kind, acceptedAt, fingerprint, last, sequence, ...rest] = line.split(' ');
  if (!version || !status || !kind || !acceptedAt || !fingerprint || !last) return null;
  const head = { kind: kind as TransactionKind, acceptedAt, fingerprint };
  if (status === 'queued') {
    return version === '0' && sequence === undefined ? { ...head, status, chunk: last } : null;
  }
  if (!OUTCOMES.has(status) || !isNumber(version) || !isNumber(sequence)) return null;
  const rejection = rest.length === 0 ? null : readRejection(rest.join(' '));
  if ((status === 'rejected') !== (rejection !== null)) return null;
  return {
    ...head,
    version: Number(version),
    status: status as Outcome['status'],
    sequence: Number(sequence),
    postedAt: last,
    rejection,
  };
}

function isNumber(text: string | undefined): boolean {
  return text !== undefined && /^[1-9][0-9]{0,15}$/.test(text);
}

const OUTCOMES: ReadonlySet<string> = new Set<Outcome['status']>([
  'pending',
  'posted',
  'rejected',
  'released',
  'expired',
]);

function readRejection(json: string): Rejection | null {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null && 'code' in value
      ? (value as Rejection)
      : null;
  } catch {
    return null;
  }
}
