import fc from 'fast-check';
import { expect, test } from 'vitest';
import { derivedId, transactionId } from './transaction-id.ts';

/** Computed with another implementation: these ids are stored for ever, so they may never change. */
const VECTORS = [
  ['key', 'main', 'order-1', 'edcc656f-1338-8e82-84ff-d52fca616a60'],
  ['key', 'main', 'ORDER-1', '706a9808-0b11-85ba-b4dc-5cc45012503e'],
  ['key', 'other', 'order-1', '31be7795-d66a-87a6-84f9-fe25b3086a2e'],
  ['expiry', 'main', 'order-1', 'e2eb9774-0f04-8a90-9638-681037993e95'],
  ['key', 'main', 'ação 😀', '355c1230-bae1-8516-adaf-d101203af130'],
] as const;

test.each(VECTORS)(
  'invariant 2: domain %s, ledger %s and key %s are for ever %s',
  (domain, ledger, key, id) => {
    expect(derivedId(domain, ledger, key)).toBe(id);
    if (domain === 'key') expect(transactionId(ledger, key)).toBe(id);
  },
);

test.each([1, 2, 3, 4, 5, 6, 7])('a UUID of version %d is its own id', (version) => {
  for (const variant of '89ab') {
    const key = `6ba7b810-9dad-${version}1d1-${variant}0b4-00c04fd430c8`;
    expect(transactionId('main', key)).toBe(key);
    expect(transactionId('other', key)).toBe(key);
    expect(transactionId('main', key.toUpperCase())).toBe(key);
  }
});

test.each([
  ['of version 8, which derived ids have', '6ba7b810-9dad-81d1-80b4-00c04fd430c8'],
  ['of version 0', '6ba7b810-9dad-01d1-80b4-00c04fd430c8'],
  ['of version 9', '6ba7b810-9dad-91d1-80b4-00c04fd430c8'],
  ['of another variant', '6ba7b810-9dad-41d1-70b4-00c04fd430c8'],
  ['of variant c', '6ba7b810-9dad-41d1-c0b4-00c04fd430c8'],
  ['of zeros', '00000000-0000-0000-0000-000000000000'],
  ['without dashes', '6ba7b8109dad41d180b400c04fd430c8'],
  ['in braces', '{6ba7b810-9dad-41d1-80b4-00c04fd430c8}'],
  ['with a line after it', '6ba7b810-9dad-41d1-80b4-00c04fd430c8\n'],
  ['with a letter too much', '6ba7b810-9dad-41d1-80b4-00c04fd430c8a'],
])('a key that is a UUID %s is derived from like any other', (_, key) => {
  expect(transactionId('main', key)).toBe(derivedId('key', 'main', key));
});

test('invariant 2: no key of a client takes the id of a system command', () => {
  const property = fc.property(fc.string({ unit: 'binary' }), fc.string(), (key, systemKey) => {
    expect(transactionId('main', key)).not.toBe(derivedId('expiry', 'main', systemKey));
  });
  fc.assert(property);
  // Nor one that is spelled as that command's id is.
  const taken = derivedId('expiry', 'main', 'order-1');
  expect(transactionId('main', taken)).not.toBe(taken);
});

test('every id is a UUID, of version 8 and the RFC variant where it was derived', () => {
  const property = fc.property(fc.string({ unit: 'binary' }), fc.string(), (key, ledger) => {
    expect(derivedId('key', ledger, key)).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
  });
  fc.assert(property);
});
