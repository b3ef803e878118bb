import type { Outcome, TransactionKind } from './command.ts';
import { fromDigits, toDigits } from './digits.ts';
import type { Rejection } from './rejections.ts';
import { instantMicros, instantOfMicros } from './time.ts';

/**
 * What Redis keeps about a transaction's id. There is one for each transaction of the last hour, so each of its characters counts:
 * up to 44 of them Redis keeps in one piece.
 *
 *     0 Q <kind> <fingerprint> <accepted_at> _ <chunk>
 *     <version> <status> <kind> <fingerprint> <posted_at> . <accepted_at> [: <sequence>] [_ <rejection as JSON>]
 *
 * without blanks, but for one where `_` stands. The version comes first, the sequence of the last change: a write with an older
 * one than what is there changes nothing. Status and kind are a letter each. The fingerprint is cut, see `sameFingerprint`. Instants
 * are microseconds, that of acceptance counted back from that of posting, with `-` for the dot where it is later: the two may have
 * clocks of their own. The sequence is left out where it is the version.
 */
export type QueuedRecord = {
  status: 'queued';
  kind: TransactionKind;
  acceptedAt: string;
  fingerprint: string;
  chunk: string;
};
export type StatusRecord = QueuedRecord | Outcome;

const STATUSES = { pending: 'O', posted: 'P', rejected: 'X', released: 'R', expired: 'E' } as const;
const KINDS = {
  transfer: 't',
  hold: 'h',
  capture: 'c',
  release: 'r',
  expiry: 'e',
  revert: 'v',
} as const;
const STATUS_OF = reverse<Outcome['status']>(STATUSES);
const KIND_OF = reverse<TransactionKind>(KINDS);

/** 120 bits of the SHA-256, as the base64 of the whole begins. */
const FINGERPRINT_CHARS = 20;
const NUMBER = /^[1-9][0-9]{0,15}$/;

/** The record of a command that was admitted to a chunk. */
export function encodeQueued(record: Omit<QueuedRecord, 'status'>): string {
  return `0Q${headOf(record, record.acceptedAt)} ${record.chunk}`;
}

/** The record of a transaction that is in Postgres. */
export function encodeOutcome(outcome: Outcome): string {
  const { version, status, acceptedAt, postedAt, sequence, rejection } = outcome;
  const later = instantMicros(postedAt) - instantMicros(acceptedAt);
  const accepted = `${later < 0 ? '-' : '.'}${toDigits(Math.abs(later))}`;
  const own = sequence === version ? '' : `:${sequence}`;
  const line = `${version}${STATUSES[status]}${headOf(outcome, postedAt)}${accepted}${own}`;
  return rejection === null ? line : `${line} ${JSON.stringify(rejection)}`;
}

function headOf(
  { kind, fingerprint }: Pick<QueuedRecord, 'kind' | 'fingerprint'>,
  instant: string,
): string {
  if (instant !== lastInstant) {
    lastInstant = instant;
    lastDigits = toDigits(instantMicros(instant));
  }
  return `${KINDS[kind]}${fingerprint.slice(0, FINGERPRINT_CHARS)}${lastDigits}`;
}

// The records of a chunk, and of a commit, have few instants among them.
let lastInstant: string | undefined;
let lastDigits = '';

/** The parts of a line, which need not be those of a record. (By hand: a pattern for the line takes twice as long.) */
type Parts = {
  version: string;
  status: string;
  kind: TransactionKind;
  fingerprint: string;
  /** What stands behind the fingerprint, up to a blank. */
  instants: string;
  /** What stands behind the blank; null where there is none. */
  text: string | null;
};

/** Reads a record; null where it is not one (the tier is a cache: an unreadable line counts as absent). */
export function decodeRecord(line: string): StatusRecord | null {
  let letters = 0;
  while (isDigit(line.charCodeAt(letters))) letters += 1;
  const kind = KIND_OF.get(line.charAt(letters + 1));
  if (!kind) return null;
  const head = letters + 2 + FINGERPRINT_CHARS;
  const blank = line.indexOf(' ', head);
  const parts = {
    version: line.slice(0, letters),
    status: line.charAt(letters),
    kind,
    fingerprint: line.slice(letters + 2, head),
    instants: blank < 0 ? line.slice(head) : line.slice(head, blank),
    text: blank < 0 ? null : line.slice(blank + 1),
  };
  return parts.status === 'Q' ? toQueued(parts) : toOutcome(parts);
}

function toQueued({ version, kind, fingerprint, instants, text }: Parts): QueuedRecord | null {
  const acceptedAt = instantOfMicros(fromDigits(instants));
  if (version !== '0' || !acceptedAt || !text || text.includes(' ')) return null;
  return { status: 'queued', kind, acceptedAt, fingerprint, chunk: text };
}

function toOutcome({ version, status, kind, fingerprint, instants, text }: Parts): Outcome | null {
  const known = STATUS_OF.get(status);
  const [times = '', sequence = version] = instants.split(':', 2);
  if (!known || !NUMBER.test(version) || !NUMBER.test(sequence)) return null;
  const later = times.indexOf('.');
  const sign = later < 0 ? times.indexOf('-') : later;
  const posted = fromDigits(times.slice(0, sign));
  const between = fromDigits(times.slice(sign + 1));
  const postedAt = instantOfMicros(posted);
  const acceptedAt = instantOfMicros(later < 0 ? posted + between : posted - between);
  const rejection = text === null ? null : readRejection(text);
  if (sign < 0 || !acceptedAt || !postedAt) return null;
  if ((known === 'rejected') !== (rejection !== null) || (text !== null && !rejection)) return null;
  return {
    version: Number(version),
    status: known,
    kind,
    sequence: Number(sequence),
    fingerprint,
    acceptedAt,
    postedAt,
    rejection,
  };
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

/**
 * Whether two fingerprints are those of the same command; either may be one from a record, which is cut, or was. Nobody finds two
 * commands with the same 120 bits, and whoever could would only mislead a ledger about a key of its own.
 */
export function sameFingerprint(a: string, b: string): boolean {
  if (!isCut(a) && !isCut(b)) return a === b;
  return a.slice(0, FINGERPRINT_CHARS) === b.slice(0, FINGERPRINT_CHARS);
}

/** A fingerprint from a record, made as long as that of a command, where no other is left: it goes on with zeros. */
export function extendFingerprint(cut: string): string {
  return cut + NO_MORE;
}

const NO_MORE = `${'A'.repeat(23)}=`;

function isCut(fingerprint: string): boolean {
  return fingerprint.length === FINGERPRINT_CHARS || fingerprint.endsWith(NO_MORE);
}

function reverse<K extends string>(letters: Readonly<Record<K, string>>): ReadonlyMap<string, K> {
  return new Map(Object.entries<string>(letters).map(([name, letter]) => [letter, name as K]));
}

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
