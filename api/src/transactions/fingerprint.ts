import { hash } from 'node:crypto';
import type { CaptureRequest, RevertRequest } from '@razao/shared/contract/action-request.ts';
import type { TransactionRequest } from '@razao/shared/contract/transaction-request.ts';

// What makes two commands the same: SHA-256 (base64) over the validated command in canonical form, with its operation and
// its target. The order of keys and the spelling of defaults do not matter. Nothing of this may change from release to
// release: a retry must stay a replay.

/** The fingerprint of a transfer or a hold. */
export function transactionFingerprint(request: TransactionRequest): string {
  const canonical: unknown[] = [
    request.hold ? 'hold' : 'transfer',
    null,
    request.postings.map(canonicalPosting),
    request.description ?? null,
    request.reference ?? null,
    Object.entries(request.metadata ?? {}).sort(([a], [b]) => (a < b ? -1 : 1)),
    request.effective_at ?? null,
  ];
  if (request.hold) canonical.push({ expires_in: request.hold.expires_in });
  if (request.depends_on !== undefined) canonical.push({ depends_on: request.depends_on });
  return sha256(canonical);
}

export function captureFingerprint(target: string, { amount, final }: CaptureRequest): string {
  return sha256(['capture', target, amount ?? null, final]);
}

export function releaseFingerprint(target: string): string {
  return sha256(['release', target]);
}

export function revertFingerprint(target: string, { amount, force }: RevertRequest): string {
  return sha256(['revert', target, amount ?? null, force]);
}

/** The digest of an atomic bulk: over its members' ids and own fingerprints, in order. */
export function bulkDigest(members: readonly { id: string; fingerprint: string }[]): string {
  return sha256(members.map(({ id, fingerprint }) => [id, fingerprint]));
}

/** The fingerprint of an atomic bulk's member: the same transaction alone, or in another bulk, is another command. */
export function memberFingerprint(fingerprint: string, digest: string): string {
  return sha256([fingerprint, digest]);
}

function canonicalPosting(posting: TransactionRequest['postings'][number]): string[] {
  const { source, destination, asset, amount } = posting;
  const gte = posting.if?.source_available_gte;
  return gte === undefined
    ? [source, destination, asset, amount]
    : [source, destination, asset, amount, gte];
}

function sha256(canonical: unknown): string {
  return hash('sha256', JSON.stringify(canonical), 'base64');
}
