import {
  BARE_FIELDS,
  COMMAND_FIELDS,
  CONDITION_FIELDS,
  OPTIONAL_FIELDS_OF,
  POSTING_FIELDS,
} from './chunk-fields.ts';
import type { TransactionKind } from './command.ts';
import { isRecord } from './is-record.ts';

/**
 * Why a job's data is not read: it was written by a newer version, and is waited with until one reads it; or it is damaged, or
 * of an older form, and is set aside. `reason` goes on after "the chunk".
 */
export type ChunkFault = { tooNew: boolean; reason: string };

type Reader = { version: number; level: number };

const CHUNK_FIELDS = ['v', 'needs', 'discarded', 'commands'];
const KIND = /^[a-z][a-z_]{0,31}$/;
const NAME_CHARS_MAX = 64;

/** Says of data that a reader could not read whether it is too new for it: where anything speaks for that it is. */
export function faultOf(data: unknown, { version, level }: Reader): ChunkFault {
  if (!isRecord(data)) return damaged('cannot be decoded');
  const { v, needs } = data;
  if (isNumber(v) && v !== version) {
    const reason = `is of version ${v}, and this process reads version ${version}`;
    return v > version ? tooNew(reason) : damaged(reason);
  }
  if (v !== version) return damaged('cannot be decoded');
  if (isNumber(needs) && needs > level)
    return tooNew(`needs a reader of level ${needs}, and this process is one of level ${level}`);
  const unknown = findUnknown(data);
  if (unknown !== null) return tooNew(`has ${unknown}, which this process does not know`);
  return damaged('cannot be decoded');
}

/** The first field or kind in a chunk that is not known. */
function findUnknown(data: Record<string, unknown>): string | null {
  const { commands, discarded } = data;
  const unknown = strangeField(data, CHUNK_FIELDS);
  if (unknown !== null || !Array.isArray(commands)) return unknown;
  return firstOf(commands, (command) => unknownOf(command, discarded === true));
}

function unknownOf(command: unknown, discarded: boolean): string | null {
  if (!isRecord(command)) return null;
  const { kind, postings } = command;
  if (typeof kind !== 'string' || !KIND.test(kind)) return null;
  if (!Object.hasOwn(COMMAND_FIELDS, kind)) return `the kind "${kind}"`;
  const known = kind as TransactionKind;
  const whole = [...COMMAND_FIELDS[known], ...OPTIONAL_FIELDS_OF[known]];
  return (
    strangeField(command, discarded ? BARE_FIELDS : whole) ??
    (Array.isArray(postings) ? firstOf(postings, unknownOfPosting) : null)
  );
}

function unknownOfPosting(posting: unknown): string | null {
  if (!isRecord(posting)) return null;
  const { if: condition } = posting;
  return (
    strangeField(posting, [...POSTING_FIELDS, 'if']) ??
    (isRecord(condition) ? strangeField(condition, CONDITION_FIELDS) : null)
  );
}

function firstOf(values: readonly unknown[], find: (value: unknown) => string | null) {
  for (const value of values) {
    const found = find(value);
    if (found !== null) return found;
  }
  return null;
}

function strangeField(value: object, known: readonly string[]): string | null {
  const strange = Object.keys(value).find((name) => !known.includes(name));
  return strange === undefined ? null : `the field "${strange.slice(0, NAME_CHARS_MAX)}"`;
}

function tooNew(reason: string): ChunkFault {
  return { tooNew: true, reason };
}

function damaged(reason: string): ChunkFault {
  return { tooNew: false, reason };
}

function isNumber(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) > 0;
}
