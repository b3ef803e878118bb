import { hash, randomUUID } from 'node:crypto';
import type {
  CaptureCommand,
  ConditionalPosting,
  ExpiryCommand,
  HoldCommand,
  ReleaseCommand,
  RevertCommand,
  TransferCommand,
} from '../src/contract/command.ts';

/** A ledger by its uid, or by the number that makes its uid. */
type TestLedger = number | string;

/** The uid that a test's ledger of this number has. */
export function testUid(ledger: number): string {
  return `ledger-${String(ledger).padStart(5, '0')}`;
}

/** A word as a fingerprint that a record keeps whole. */
export function testPrint(word: string): string {
  return word.padEnd(20, '.');
}

/**
 * Commands for tests, each with an id of its own and the fingerprint that belongs to what it asks for. `other` replaces
 * what a test wants to be otherwise. Postings are written `world>alice 9 + alice>bob 3 USD/2 if 10`: BRL/2 unless an asset
 * follows, `if` what the source must have available.
 */
export function transfer(
  ledger: TestLedger,
  postings: string,
  other: Partial<TransferCommand> = {},
): TransferCommand {
  return { ...accepted(ledger, postings), kind: 'transfer', ...moving(postings), ...other };
}

/** A hold, open for an hour. */
export function hold(
  ledger: TestLedger,
  postings: string,
  other: Partial<HoldCommand> = {},
): HoldCommand {
  const expiresAt = '2026-11-25T13:00:00.123000Z';
  const facts = accepted(ledger, `hold ${postings}`);
  return { ...facts, kind: 'hold', expiresAt, ...moving(postings), ...other };
}

/** Captures all that is left. */
export function capture(
  ledger: TestLedger,
  target: string,
  other: Partial<CaptureCommand> = {},
): CaptureCommand {
  const asked = { amount: null, final: true, ...other };
  const facts = accepted(ledger, `capture ${target} ${asked.amount} ${asked.final}`);
  return { ...facts, kind: 'capture', target, ...asked };
}

export function release(
  ledger: TestLedger,
  target: string,
  other: Partial<ReleaseCommand> = {},
): ReleaseCommand {
  return { ...accepted(ledger, `release ${target}`), kind: 'release', target, ...other };
}

export function expiry(
  ledger: TestLedger,
  target: string,
  other: Partial<ExpiryCommand> = {},
): ExpiryCommand {
  return { ...accepted(ledger, `expiry\0${target}`), kind: 'expiry', target, ...other };
}

/** Reverts all that is left, within the limits. */
export function revert(
  ledger: TestLedger,
  target: string,
  other: Partial<RevertCommand> = {},
): RevertCommand {
  const asked = { amount: null, force: false, ...other };
  const facts = accepted(ledger, `revert ${target} ${asked.amount} ${asked.force}`);
  return { ...facts, kind: 'revert', target, ...asked };
}

function accepted(ledger: TestLedger, asked: string) {
  const acceptedAt = '2026-11-25T12:00:00.123000Z';
  const ledgerUid = typeof ledger === 'number' ? testUid(ledger) : ledger;
  return { ledgerUid, id: randomUUID(), fingerprint: hash('sha256', asked, 'base64'), acceptedAt };
}

function moving(postings: string) {
  const text = { description: null, reference: null, metadata: {} };
  return { postings: postings.split(' + ').map(toPosting), ...text, effectiveAt: null };
}

function toPosting(text: string): ConditionalPosting {
  const [, source, destination, amount, asset = 'BRL/2', least] =
    /^(\S+)>(\S+) (\d+)(?: (\S+\/\d+))?(?: if (\d+))?$/.exec(text) ?? [];
  if (!source || !destination || !amount) throw new Error(`not a posting: ${text}`);
  const posting = { source, destination, asset, amount };
  return least === undefined ? posting : { ...posting, if: { sourceAvailableGte: least } };
}
