import { type BareCommand, toUnseen } from './bare-command.ts';
import { type ChunkFault, faultOf } from './chunk-fault.ts';
import { BARE_FIELDS, COMMAND_FIELDS, CONDITION_FIELDS, POSTING_FIELDS } from './chunk-fields.ts';
import type { Command, ConditionalPosting, TransactionKind } from './command.ts';
import {
  ACCEPTED_ADDRESS_PATTERN,
  AMOUNT_PATTERN,
  ASSET_PATTERN,
  UUID_PATTERN,
} from './grammar.ts';
import { isRecord } from './is-record.ts';
import { LEVEL_MIN, levelOf, READER_LEVEL } from './level.ts';
import { POSTINGS_MAX } from './limits.ts';
import { isInstant } from './time.ts';

const SHA256_BASE64 = /^[A-Za-z0-9+/]{43}=$/;
/** Those that the database makes have 12 characters; see `random_uid`. */
const LEDGER_UID = /^[A-Za-z0-9-]{1,64}$/;

/**
 * The form of a chunk. Another form is another number; what its commands mean is a matter of `needs`. Since 2 a command names
 * its ledger by its uid, by a number before.
 */
export const CHUNK_VERSION = 2 as const;

/**
 * What one BullMQ job carries: the commands admitted together, in the order in which they were accepted. `needs`: the level of
 * the reader that understands them all.
 */
export type ChunkData = { v: typeof CHUNK_VERSION; needs: number; commands: readonly Command[] };

/** What an operator has discarded, on its way to be rejected. */
export type DiscardedChunkData = {
  v: typeof CHUNK_VERSION;
  needs: number;
  discarded: true;
  commands: readonly BareCommand[];
};

/** A chunk as it was read, or why it was not. Of a discarded one the commands are to be rejected unseen. */
export type DecodedChunk =
  | { commands: readonly Command[]; discarded: boolean }
  | { commands: null; fault: ChunkFault };

/** A chunk of these commands, one at least. */
export function toChunk(commands: readonly Command[]): ChunkData {
  let needs = LEVEL_MIN;
  for (const command of commands) needs = Math.max(needs, levelOf(command));
  return { v: CHUNK_VERSION, needs, commands };
}

/** The same of commands that are discarded. To reject them nobody has to know what they asked for. */
export function toDiscardedChunk(commands: readonly BareCommand[]): DiscardedChunkData {
  return { v: CHUNK_VERSION, needs: LEVEL_MIN, discarded: true, commands };
}

/**
 * Reads a job's data, as a reader of this level does. It never guesses: data of which it does not know the last field it does
 * not read. The API validated the commands; here all is checked that a committer goes by, against a foreign or damaged job:
 * what passes can at least be stored as `processing_failed`, so that it blocks nobody. Free text is the database's to refuse.
 */
export function decodeChunk(data: unknown, level: number = READER_LEVEL): DecodedChunk {
  if (isEnvelope(data, level)) {
    const { commands } = data;
    if (data['discarded'] === undefined) {
      if (countFields(data) === 3 && commands.every(isCommand))
        return { commands, discarded: false };
    } else if (data['discarded'] === true && countFields(data) === 4) {
      if (commands.every(isBareCommand))
        return { commands: commands.map(toUnseen), discarded: true };
    }
  }
  return { commands: null, fault: faultOf(data, { version: CHUNK_VERSION, level }) };
}

type Envelope = Record<string, unknown> & { commands: unknown[] };

function isEnvelope(data: unknown, level: number): data is Envelope {
  if (!isRecord(data) || data['v'] !== CHUNK_VERSION) return false;
  const { needs, commands } = data;
  if (typeof needs !== 'number' || !Number.isInteger(needs) || needs < 0 || needs > level)
    return false;
  return Array.isArray(commands) && commands.length > 0;
}

function isCommand(value: unknown): value is Command {
  return (
    isAccepted(value) &&
    isAbsentOr(UUID_PATTERN, value['dependsOn']) &&
    isAbsentOr(SHA256_BASE64, value['atomic']) &&
    isOfItsKind(value)
  );
}

/** Whether this is what is left of a discarded command. */
export function isBareCommand(value: unknown): value is BareCommand {
  return (
    isAccepted(value) &&
    typeof value['kind'] === 'string' &&
    Object.hasOwn(COMMAND_FIELDS, value['kind']) &&
    countFields(value) === BARE_FIELDS.length
  );
}

function isAccepted(value: unknown): value is Record<string, unknown> {
  return (
    isRecord(value) &&
    matches(value['ledgerUid'], LEDGER_UID) &&
    matches(value['id'], UUID_PATTERN) &&
    matches(value['fingerprint'], SHA256_BASE64) &&
    isInstant(value['acceptedAt'])
  );
}

function isOfItsKind(value: Record<string, unknown>): boolean {
  switch (value['kind']) {
    case 'transfer':
      return hasNoMore(value, 'transfer') && isMoving(value);
    case 'hold':
      return hasNoMore(value, 'hold') && isMoving(value) && isInstant(value['expiresAt']);
    case 'capture':
      return (
        hasNoMore(value, 'capture') && isFollowing(value) && typeof value['final'] === 'boolean'
      );
    case 'revert':
      return (
        hasNoMore(value, 'revert') && isFollowing(value) && typeof value['force'] === 'boolean'
      );
    case 'release':
    case 'expiry':
      return hasNoMore(value, value['kind']) && isActing(value);
    default:
      return false;
  }
}

/** Whether a command has no field that its kind is not known to have: all of those are looked at, so their number tells. */
function hasNoMore(value: Record<string, unknown>, kind: TransactionKind): boolean {
  let known = COMMAND_FIELDS[kind].length;
  // One by one, and not in a loop: this is done for every command.
  if (value['dependsOn'] !== undefined) known += 1;
  if (value['atomic'] !== undefined) known += 1;
  if ((kind === 'capture' || kind === 'revert') && value['effectiveAt'] !== undefined) known += 1;
  return countFields(value) === known;
}

function isMoving(value: Record<string, unknown>): boolean {
  return (
    isMetadata(value['metadata']) &&
    isTextOrNull(value['description']) &&
    isTextOrNull(value['reference']) &&
    (value['effectiveAt'] === null || isInstant(value['effectiveAt'])) &&
    arePostings(value['postings'])
  );
}

function isActing(value: Record<string, unknown>): boolean {
  return matches(value['target'], UUID_PATTERN);
}

function isFollowing(value: Record<string, unknown>): boolean {
  const { amount, effectiveAt } = value;
  return (
    isActing(value) &&
    (amount === null || matches(amount, AMOUNT_PATTERN)) &&
    (effectiveAt === undefined || isInstant(effectiveAt))
  );
}

function arePostings(value: unknown): value is readonly ConditionalPosting[] {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.length <= POSTINGS_MAX &&
    value.every(isPosting)
  );
}

function isPosting(value: unknown): value is ConditionalPosting {
  return (
    isRecord(value) &&
    matches(value['source'], ACCEPTED_ADDRESS_PATTERN) &&
    matches(value['destination'], ACCEPTED_ADDRESS_PATTERN) &&
    value['source'] !== value['destination'] &&
    matches(value['asset'], ASSET_PATTERN) &&
    matches(value['amount'], AMOUNT_PATTERN) &&
    isCondition(value['if']) &&
    countFields(value) === POSTING_FIELDS.length + Number(value['if'] !== undefined)
  );
}

function isCondition(value: unknown): boolean {
  if (value === undefined) return true;
  return (
    isRecord(value) &&
    matches(value['sourceAvailableGte'], AMOUNT_PATTERN) &&
    countFields(value) === CONDITION_FIELDS.length
  );
}

function isMetadata(value: unknown): value is Record<string, string> {
  return isRecord(value) && Object.values(value).every((text) => typeof text === 'string');
}

function isTextOrNull(value: unknown): value is string | null {
  return value === null || typeof value === 'string';
}

function isAbsentOr(pattern: RegExp, value: unknown): boolean {
  return value === undefined || matches(value, pattern);
}

function matches(value: unknown, pattern: RegExp): value is string {
  return typeof value === 'string' && pattern.test(value);
}

/** A fraction of what a list of the names costs. */
function countFields(value: object): number {
  let count = 0;
  for (const _ in value) count += 1;
  return count;
}
