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

export function captureFingerprint(target: string, request: CaptureRequest): string {
  const { amount = null, final } = request;
  return sha256(['capture', target, amount, final, ...canonicalEffect(request)]);
}

export function releaseFingerprint(target: string): string {
  return sha256(['release', target]);
}

export function revertFingerprint(target: string, request: RevertRequest): string {
  const { amount = null, force } = request;
  return sha256(['revert', target, amount, force, ...canonicalEffect(request)]);
}

/** The digest of an atomic bulk: over its members' ids and own fingerprints, in order. */
export function bulkDigest(members: readonly { id: string; fingerprint: string }[]): string {
  return sha256(members.map(({ id, fingerprint }) => [id, fingerprint]));
}

/** The fingerprint of an atomic bulk's member: the same transaction alone, or in another bulk, is another command. */
export function memberFingerprint(fingerprint: string, digest: string): string {
  return sha256([fingerprint, digest]);
}

/** Nothing where none is given: there were commands before there was such a field. */
function canonicalEffect({ effective_at }: CaptureRequest | RevertRequest): object[] {
  return effective_at === undefined ? [] : [{ effective_at }];
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
