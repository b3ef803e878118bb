import type { Command, ConditionalPosting } from '../../contract/command.ts';

/** Commands, and the bytes that Redis needs for them while they wait. */
export type Amount = { commands: number; bytes: number };
/** What a ledger has of it. */
export type Share = Amount & { ledgerUid: string };

// About what Redis takes, by the test beside this file: of a command its JSON and its record, of a chunk the job.
const COMMAND_BYTES = 300;
const POSTING_BYTES = 60;
export const RECORD_BYTES = 230;
const CHUNK_BYTES = 700;

/** What the commands of a chunk count as, by ledger, in the order in which these appear. */
export function countCommands(commands: readonly Command[]): Share[] {
  const shares = new Map<string, Share>();
  for (const command of commands) {
    const { ledgerUid } = command;
    const share = shares.get(ledgerUid) ?? { ledgerUid, commands: 0, bytes: 0 };
    if (share.commands === 0) shares.set(ledgerUid, share);
    share.commands += 1;
    share.bytes += bytesOf(command);
  }
  const all = [...shares.values()];
  if (all[0]) all[0].bytes += CHUNK_BYTES;
  return all;
}

function bytesOf(command: Command): number {
  let bytes = COMMAND_BYTES + RECORD_BYTES;
  if (!('postings' in command)) return bytes;
  for (const posting of command.postings) bytes += postingBytes(posting);
  const { description, reference, metadata } = command;
  for (const text of [description, reference]) if (text !== null) bytes += jsonBytes(text);
  for (const _ in metadata) return bytes + jsonBytes(metadata);
  return bytes;
}

function postingBytes({ source, destination, asset, amount }: ConditionalPosting): number {
  return POSTING_BYTES + source.length + destination.length + asset.length + amount.length;
}

/** Text may be of many bytes a character, and escaped. */
function jsonBytes(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}
