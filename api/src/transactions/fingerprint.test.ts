import { transactionRequestSchema } from '@razao/shared/contract/transaction-request.ts';
import { expect, test } from 'vitest';
import { fingerprint } from './fingerprint.ts';

const POSTING = { source: 'a', destination: 'b', asset: 'A/0', amount: '1' };
const BASE = { postings: [POSTING] };

test('a fingerprint is SHA-256 in base64, and does not change from release to release', () => {
  const full = {
    ...BASE,
    description: 'd',
    reference: 'r',
    metadata: { k: 'v' },
    effective_at: '2026-01-02T03:04:05Z',
  };
  expect([of(BASE), of(full)]).toEqual([
    '7YGn3fPLQNITb7tnLrDsJL4WOto6e0wFZ/kzay/ZoQo=',
    'K0ghAs/aEds7gsI41NgTKLDnE533IC3S5q2XUu+oj4k=',
  ]);
});

test.each([
  [
    'the order of keys',
    { postings: [{ amount: '1', asset: 'A/0', destination: 'b', source: 'a' }] },
  ],
  ['metadata that is empty', { metadata: {}, ...BASE }],
])('%s does not matter', (_, body) => {
  expect(of(body)).toBe(of(BASE));
});

test('neither does the order of metadata, whatever its keys', () => {
  const entries = ['b', 'a', '10', '9', '\u00e9', '\ud83d\ude80', '\uffff', ''].map((key) => [
    `k${key}`,
    key,
  ]);
  const one = of({ ...BASE, metadata: Object.fromEntries(entries) });
  expect(of({ ...BASE, metadata: Object.fromEntries(entries.toReversed()) })).toBe(one);
});

test.each(['2026-01-02T03:04:05.000Z', '2026-01-02t03:04:05z', '2026-01-01T22:04:05-05:00'])(
  'neither does the spelling of an instant: %s',
  (effective_at) => {
    const one = of({ ...BASE, effective_at: '2026-01-02T03:04:05Z' });
    expect(of({ ...BASE, effective_at })).toBe(one);
  },
);

const OTHERS = [
  BASE,
  { postings: [POSTING, POSTING] },
  { postings: [{ ...POSTING, source: 'c' }] },
  { postings: [{ ...POSTING, destination: 'c' }] },
  { postings: [{ ...POSTING, source: 'b', destination: 'a' }] },
  { postings: [{ ...POSTING, asset: 'A/1' }] },
  { postings: [{ ...POSTING, amount: '10' }] },
  { ...BASE, description: '' },
  { ...BASE, description: 'x' },
  { ...BASE, reference: '' },
  { ...BASE, reference: 'x' },
  { ...BASE, metadata: { x: '' } },
  { ...BASE, metadata: { x: 'y' } },
  { ...BASE, metadata: { y: 'x' } },
  { ...BASE, metadata: { x: 'y', y: 'x' } },
  { ...BASE, effective_at: '2026-01-02T03:04:05Z' },
  { ...BASE, effective_at: '2026-01-02T03:04:05.000001Z' },
];

test('every difference that means something makes another fingerprint', () => {
  expect(new Set(OTHERS.map(of)).size).toBe(OTHERS.length);
});

test('the operation and its target are part of it', () => {
  const request = transactionRequestSchema.parse(BASE);
  const prints = [
    fingerprint('transfer', null, request),
    fingerprint('hold', null, request),
    fingerprint('transfer', 'a', request),
    fingerprint('transfer', 'b', request),
  ];
  expect(new Set(prints).size).toBe(prints.length);
});

function of(body: unknown): string {
  return fingerprint('transfer', null, transactionRequestSchema.parse(body));
}
