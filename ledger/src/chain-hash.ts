import type { Outcome } from '@razao/shared/contract/command.ts';

/** SHA-256 of bytes, in base64. This package has none of its own: it runs anywhere. */
export type Sha256 = (bytes: Uint8Array) => string;

const ENCODER = new TextEncoder();
// Made once, since this is done for every transaction: link, id, fingerprint, then the facts, which are ASCII.
const BYTES = new Uint8Array(512);
const LINK = BYTES.subarray(0, 32);
const ID = BYTES.subarray(32, 48);
const FINGERPRINT = BYTES.subarray(48, 80);
const FACTS = BYTES.subarray(80);

/**
 * The link of a transaction in its ledger's chain: SHA-256 (base64) over the link before it and what the transaction is.
 * `sql/checks/chain.sql` computes the same. The status stays outside: a hold's changes later.
 */
export function chainHash(sha256: Sha256, before: string, id: string, outcome: Outcome): string {
  const { sequence, kind, rejection, postedAt, fingerprint } = outcome;
  LINK.setFromBase64(before);
  ID.setFromHex(id.replaceAll('-', ''));
  FINGERPRINT.setFromBase64(fingerprint);
  const facts = `${sequence}|${kind}|${rejection?.code ?? ''}|${postedAt}`;
  const { written } = ENCODER.encodeInto(facts, FACTS);
  return sha256(BYTES.subarray(0, 80 + written));
}
