import { hash, timingSafeEqual } from 'node:crypto';

/** Who may call. This is the one place for keys: stored ones, with scopes and ledgers, belong here. */
export type KeyRing = { knows(key: string): boolean };

/** Knows the development key, where the environment names one, and no other. */
export function createKeyRing(developmentKey: string | undefined): KeyRing {
  // Digests are of one length: the comparison tells nothing about the key by its time.
  const known = developmentKey === undefined ? null : digest(developmentKey);
  return { knows: (key) => known !== null && timingSafeEqual(digest(key), known) };
}

function digest(key: string): Buffer {
  return hash('sha256', key, 'buffer');
}
