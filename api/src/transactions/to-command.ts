import type { CaptureRequest, RevertRequest } from '@razao/shared/contract/action-request.ts';
import type {
  CaptureCommand,
  Command,
  ConditionalPosting,
  HoldCommand,
  Posting,
  ReleaseCommand,
  RevertCommand,
  TransferCommand,
} from '@razao/shared/contract/command.ts';
import { instantText } from '@razao/shared/contract/time.ts';
import type { TransactionRequest } from '@razao/shared/contract/transaction-request.ts';
import { transactionId } from '@razao/shared/runtime/transaction-id.ts';
import type { Ledger } from '../ledgers/ledger-directory.ts';
import {
  bulkDigest,
  captureFingerprint,
  memberFingerprint,
  releaseFingerprint,
  revertFingerprint,
  transactionFingerprint,
} from './fingerprint.ts';

// Validated requests as the commands that go on the queue. The intake gives them their instants.

/** When a command is accepted, as long as it is not; the end of a hold counts from it. */
const NOT_YET_MS = 0;

export function toTransaction(
  ledger: Ledger,
  key: string,
  request: TransactionRequest,
): TransferCommand | HoldCommand {
  const command: TransferCommand = {
    ledgerUid: ledger.uid,
    id: transactionId(ledger.name, key),
    kind: 'transfer',
    fingerprint: transactionFingerprint(request),
    acceptedAt: instantText(NOT_YET_MS),
    postings: toPostings(request.postings),
    description: request.description ?? null,
    reference: request.reference ?? null,
    metadata: request.metadata ?? {},
    effectiveAt: request.effective_at ?? null,
  };
  if (request.depends_on !== undefined) command.dependsOn = request.depends_on;
  if (!request.hold) return command;
  return {
    ...command,
    kind: 'hold',
    expiresAt: instantText(NOT_YET_MS + request.hold.expires_in * 1_000),
  };
}

export function toCapture(
  ledger: Ledger,
  key: string,
  target: string,
  request: CaptureRequest,
): CaptureCommand {
  const { amount = null, final } = request;
  const fingerprint = captureFingerprint(target, request);
  const facts = { ...accepted(ledger, key), ...effectOf(request) };
  return { ...facts, kind: 'capture', fingerprint, target, amount, final };
}

export function toRelease(ledger: Ledger, key: string, target: string): ReleaseCommand {
  const fingerprint = releaseFingerprint(target);
  return { ...accepted(ledger, key), kind: 'release', fingerprint, target };
}

export function toRevert(
  ledger: Ledger,
  key: string,
  target: string,
  request: RevertRequest,
): RevertCommand {
  const { amount = null, force } = request;
  const fingerprint = revertFingerprint(target, request);
  const facts = { ...accepted(ledger, key), ...effectOf(request) };
  return { ...facts, kind: 'revert', fingerprint, target, amount, force };
}

/** The commands as the members of one atomic bulk. */
export function toMembers(commands: readonly Command[]): Command[] {
  const atomic = bulkDigest(commands);
  return commands.map((command) => ({
    ...command,
    fingerprint: memberFingerprint(command.fingerprint, atomic),
    atomic,
  }));
}

function accepted(ledger: Ledger, key: string) {
  const id = transactionId(ledger.name, key);
  return { ledgerUid: ledger.uid, id, acceptedAt: instantText(NOT_YET_MS) };
}

function effectOf({ effective_at }: CaptureRequest | RevertRequest): { effectiveAt?: string } {
  return effective_at === undefined ? {} : { effectiveAt: effective_at };
}

/** Most postings have no condition, and go as they are. */
function toPostings(postings: TransactionRequest['postings']): readonly ConditionalPosting[] {
  if (postings.every((posting) => posting.if === undefined)) return postings as readonly Posting[];
  return postings.map(({ if: condition, ...posting }) => {
    const gte = condition?.source_available_gte;
    return gte === undefined ? posting : { ...posting, if: { sourceAvailableGte: gte } };
  });
}
