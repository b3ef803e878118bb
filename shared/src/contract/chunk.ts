import type { Command, Posting } from './command.ts';
import { UUID_PATTERN } from './grammar.ts';
import { INSTANT_PATTERN } from './time.ts';

const SHA256_BASE64 = /^[A-Za-z0-9+/]{43}=$/;

/** What one BullMQ job carries: the commands admitted together, in the order in which they were accepted. */
export type ChunkData = { v: 1; commands: readonly Command[] };

/**
 * Reads a job's data. Returns null where it is not a chunk of this version, so that the caller sets it aside instead of
 * guessing. The API validated the commands; here their shape is checked, against a foreign or damaged job, and that what is
 * stored even of a command that cannot be processed can be stored.
 */
export function decodeChunk(data: unknown): ChunkData | null {
  if (!isRecord(data) || data['v'] !== 1) return null;
  const commands = data['commands'];
  if (!Array.isArray(commands) || commands.length === 0) return null;
  return commands.every(isCommand) ? { v: 1, commands } : null;
}

function isCommand(value: unknown): value is Command {
  return (
    isRecord(value) &&
    Number.isSafeInteger(value['ledgerId']) &&
    typeof value['id'] === 'string' &&
    UUID_PATTERN.test(value['id']) &&
    value['kind'] === 'transfer' &&
    typeof value['fingerprint'] === 'string' &&
    SHA256_BASE64.test(value['fingerprint']) &&
    typeof value['acceptedAt'] === 'string' &&
    INSTANT_PATTERN.test(value['acceptedAt']) &&
    isRecord(value['metadata']) &&
    isTextOrNull(value['description']) &&
    isTextOrNull(value['reference']) &&
    isTextOrNull(value['effectiveAt']) &&
    Array.isArray(value['postings']) &&
    value['postings'].every(isPosting)
  );
}

function isPosting(value: unknown): value is Posting {
  return (
    isRecord(value) &&
    typeof value['source'] === 'string' &&
    typeof value['destination'] === 'string' &&
    typeof value['asset'] === 'string' &&
    typeof value['amount'] === 'string'
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isTextOrNull(value: unknown): value is string | null {
  return value === null || typeof value === 'string';
}
