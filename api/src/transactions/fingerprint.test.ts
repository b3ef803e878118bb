import {
  captureRequestSchema,
  revertRequestSchema,
} from '@razao/shared/contract/action-request.ts';
import { transactionRequestSchema } from '@razao/shared/contract/transaction-request.ts';
import { expect, test } from 'vitest';
import {
  bulkDigest,
  captureFingerprint,
  memberFingerprint,
  releaseFingerprint,
  revertFingerprint,
  transactionFingerprint,
} from './fingerprint.ts';

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
  { ...BASE, hold: { expires_in: 60 } },
  { ...BASE, hold: { expires_in: 61 } },
  { ...BASE, depends_on: '0198c0de-0000-7000-8000-00000000000a' },
  { ...BASE, depends_on: '0198c0de-0000-7000-8000-00000000000b' },
  { ...BASE, hold: { expires_in: 60 }, depends_on: '0198c0de-0000-7000-8000-00000000000a' },
  { postings: [{ ...POSTING, if: { source_available_gte: '1' } }] },
  { postings: [{ ...POSTING, if: { source_available_gte: '2' } }] },
  { postings: [{ ...POSTING, if: { source_available_gte: '1' } }, POSTING] },
  { postings: [POSTING, { ...POSTING, if: { source_available_gte: '1' } }] },
];

test('every difference that means something makes another fingerprint', () => {
  expect(new Set(OTHERS.map(of)).size).toBe(OTHERS.length);
});

const TARGET = '0198c0de-0000-7000-8000-00000000000a';
const EFFECT = '2026-01-02T03:04:05Z';
const OTHER_TARGET = '0198c0de-0000-7000-8000-00000000000b';

test('no two operations have the same fingerprint, nor one on two targets', () => {
  const prints = [TARGET, OTHER_TARGET].flatMap((target) => [
    ofCapture({}, target),
    ofCapture({ final: false }, target),
    ofCapture({ amount: '1' }, target),
    ofCapture({ amount: '2' }, target),
    ofCapture({ amount: '1', final: false }, target),
    ofCapture({ effective_at: EFFECT }, target),
    ofCapture({ effective_at: '2026-01-02T03:04:05.000001Z' }, target),
    releaseFingerprint(target),
    ofRevert({}, target),
    ofRevert({ force: true }, target),
    ofRevert({ amount: '1' }, target),
    ofRevert({ amount: '1', force: true }, target),
    ofRevert({ effective_at: EFFECT }, target),
  ]);
  expect(new Set(prints).size).toBe(prints.length);
});

test('those of the other operations do not change from release to release either', () => {
  const hold = { ...BASE, hold: { expires_in: 60 }, depends_on: TARGET };
  const conditional = { postings: [{ ...POSTING, if: { source_available_gte: '5' } }] };
  expect({
    hold: of(hold),
    conditional: of(conditional),
    capture: ofCapture({}, TARGET),
    release: releaseFingerprint(TARGET),
    revert: ofRevert({}, TARGET),
    dated: ofRevert({ effective_at: EFFECT }, TARGET),
  }).toEqual({
    hold: '92k1uTyInTWndcTpJKIr7UQbIc5unAHicoohjtHuye4=',
    conditional: 'yAfjknPWYvaXhkt0EKryJt1ymFh70sQa7mom7QDlTls=',
    capture: 'UieYAD8l0oMwnOJux6A5l/HtsU/kCa3stmSJHHeE/Ko=',
    release: '+L4caX5KZ64elNDBpU410OxGU/7R5f//fdFqf9kGpfk=',
    revert: 'VMuGQwu4+2kwo+S3GrR/O83B+MIpg1/JKX+WBf5+wjk=',
    dated: '0eyFQbBOc0GZ47CfNtvZi5MrIHyv7RAG0VkSHX/x+FU=',
  });
});

test('a default that is spelled out is no difference', () => {
  expect(of({ postings: [{ ...POSTING, if: {} }] })).toBe(of(BASE));
  expect(ofCapture({ final: true }, TARGET)).toBe(ofCapture({}, TARGET));
  expect(ofRevert({ force: false }, TARGET)).toBe(ofRevert({}, TARGET));
});

test('the case of an id is no difference', () => {
  const upper = of({ ...BASE, depends_on: TARGET.toUpperCase() });
  expect(upper).toBe(of({ ...BASE, depends_on: TARGET }));
});

test('the digest of a bulk is that of its members in their order', () => {
  const [a, b, c] = ['a', 'b', 'c'].map((id) => ({ id, fingerprint: `print-${id}` })) as [
    Member,
    Member,
    Member,
  ];
  const digests = [[a], [a, b], [b, a], [a, c], [a, { ...b, fingerprint: 'x' }], [a, b, c]].map(
    bulkDigest,
  );
  expect(new Set(digests).size).toBe(digests.length);
  expect(bulkDigest([{ ...a }, { ...b }])).toBe(bulkDigest([a, b]));
  for (const digest of digests) expect(digest).toMatch(/^[A-Za-z0-9+/]{43}=$/);
});

test('a member is another command than the same transaction alone or in another bulk', () => {
  const own = of(BASE);
  const prints = [own, memberFingerprint(own, 'one'), memberFingerprint(own, 'two')];
  prints.push(memberFingerprint(of({ ...BASE, reference: 'x' }), 'one'));
  expect(new Set(prints).size).toBe(prints.length);
});

type Member = { id: string; fingerprint: string };

function of(body: unknown): string {
  return transactionFingerprint(transactionRequestSchema.parse(body));
}

function ofCapture(body: unknown, target: string): string {
  return captureFingerprint(target, captureRequestSchema.parse(body));
}

function ofRevert(body: unknown, target: string): string {
  return revertFingerprint(target, revertRequestSchema.parse(body));
}
