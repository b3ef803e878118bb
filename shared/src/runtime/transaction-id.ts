import { hash } from 'node:crypto';
import { UUID_PATTERN } from '../contract/grammar.ts';

const CLIENT_UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-7][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/**
 * The id of the transaction that a client's idempotency key stands for: the key itself, in lower case, where it is a UUID
 * of version 1 to 7 with the RFC variant; else a UUIDv8 derived from it. The same key in the same ledger is always the
 * same id.
 */
export function transactionId(ledger: string, key: string): string {
  const lower = key.toLowerCase();
  if (CLIENT_UUID.test(lower)) return lower;
  // A UUID is compared in lower case, also where it is of a kind that cannot be the id itself.
  return derivedId('key', ledger, UUID_PATTERN.test(lower) ? lower : key);
}

/**
 * A UUIDv8 of SHA-256 over a domain, a ledger and a key. System commands have domains of their own, so that no client's
 * key can ever take their ids.
 */
export function derivedId(domain: string, ledger: string, key: string): string {
  // No part can contain the separator: it is a control character, which neither grammar allows.
  const digest = hash('sha256', `${domain}\0${ledger}\0${key}`, 'hex');
  const variant = ((Number.parseInt(digest[16] ?? '0', 16) & 0x3) | 0x8).toString(16);
  return [
    digest.slice(0, 8),
    digest.slice(8, 12),
    `8${digest.slice(13, 16)}`,
    `${variant}${digest.slice(17, 20)}`,
    digest.slice(20, 32),
  ].join('-');
}
