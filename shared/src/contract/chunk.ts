import type { Command, ConditionalPosting } from './command.ts';
import { ADDRESS_PATTERN, AMOUNT_PATTERN, ASSET_PATTERN, UUID_PATTERN } from './grammar.ts';
import { POSTINGS_MAX } from './limits.ts';
import { isInstant } from './time.ts';

const SHA256_BASE64 = /^[A-Za-z0-9+/]{43}=$/;
/** Those that the database makes have 12 characters; see `random_uid`. */
const LEDGER_UID = /^[A-Za-z0-9-]{1,64}$/;

/** Since 2 a command names its ledger by its uid; by a number before. */
export const CHUNK_VERSION = 2 as const;

/** What one BullMQ job carries: the commands admitted together, in the order in which they were accepted. */
export type ChunkData = { v: typeof CHUNK_VERSION; commands: readonly Command[] };

/**
 * Reads a job's data. Returns null where it is not a chunk of this version, so that the caller sets it aside instead of
 * guessing. The API validated the commands; here all is checked that a committer goes by, against a foreign or damaged job:
 * what passes can at least be stored as `processing_failed`, so that it blocks nobody. Free text is the database's to refuse.
 */
export function decodeChunk(data: unknown): ChunkData | null {
  if (!isRecord(data) || data['v'] !== CHUNK_VERSION) return null;
  const commands = data['commands'];
  if (!Array.isArray(commands) || commands.length === 0) return null;
  return commands.every(isCommand) ? { v: CHUNK_VERSION, commands } : null;
}

function isCommand(value: unknown): value is Command {
  return (
    isRecord(value) &&
    matches(value['ledgerUid'], LEDGER_UID) &&
    matches(value['id'], UUID_PATTERN) &&
    matches(value['fingerprint'], SHA256_BASE64) &&
    isInstant(value['acceptedAt']) &&
    isAbsentOr(UUID_PATTERN, value['dependsOn']) &&
    isAbsentOr(SHA256_BASE64, value['atomic']) &&
    isOfItsKind(value)
  );
}

function isOfItsKind(value: Record<string, unknown>): boolean {
  switch (value['kind']) {
    case 'transfer':
      return isMoving(value);
    case 'hold':
      return isMoving(value) && isInstant(value['expiresAt']);
    case 'capture':
      return isActing(value) && isAmountOrNull(value) && typeof value['final'] === 'boolean';
    case 'revert':
      return isActing(value) && isAmountOrNull(value) && typeof value['force'] === 'boolean';
    case 'release':
    case 'expiry':
      return isActing(value);
    default:
      return false;
  }
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

function isAmountOrNull(value: Record<string, unknown>): boolean {
  return value['amount'] === null || matches(value['amount'], AMOUNT_PATTERN);
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
    matches(value['source'], ADDRESS_PATTERN) &&
    matches(value['destination'], ADDRESS_PATTERN) &&
    value['source'] !== value['destination'] &&
    matches(value['asset'], ASSET_PATTERN) &&
    matches(value['amount'], AMOUNT_PATTERN) &&
    isCondition(value['if'])
  );
}

function isCondition(value: unknown): boolean {
  if (value === undefined) return true;
  return isRecord(value) && matches(value['sourceAvailableGte'], AMOUNT_PATTERN);
}

function isMetadata(value: unknown): value is Record<string, string> {
  return isRecord(value) && Object.values(value).every((text) => typeof text === 'string');
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
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
