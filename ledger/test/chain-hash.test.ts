import { createHash } from 'node:crypto';
import type { Outcome } from '@razao/shared/contract/command.ts';
import { rejection } from '@razao/shared/contract/rejections.ts';
import { sha256 } from '@razao/shared/runtime/sha256.ts';
import { expect, test } from 'vitest';
import { chainHash } from '../src/chain-hash.ts';

const BEFORE = 'AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8='; // the bytes 00 to 1f
const ID = '0198c0de-0000-7000-8000-000000000001';
const POSTED: Outcome = {
  version: 7,
  status: 'posted',
  kind: 'transfer',
  sequence: 7,
  fingerprint: 'q6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6s=', // 32 times ab
  acceptedAt: '2026-01-02T03:04:05.000000Z',
  postedAt: '2026-01-02T03:04:05.678901Z',
  rejection: null,
};
const REJECTED: Outcome = {
  ...POSTED,
  status: 'rejected',
  sequence: 8,
  rejection: rejection('insufficient_funds', { account: 'alice', asset: 'BRL/2' }),
};

test('a link is SHA-256 over the link before, the id, the fingerprint and the facts', () => {
  // Computed outside of this project.
  expect(chainHash(sha256, BEFORE, ID, POSTED)).toBe(
    'sww5u5V0AVkzWEwH/o/BOYq6Dcnxbp1vP2LzsoAddU8=',
  );
  const bytes = [
    '000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f',
    '0198c0de000070008000000000000001',
    'abababababababababababababababababababababababababababababababab',
    Buffer.from('7|transfer||2026-01-02T03:04:05.678901Z').toString('hex'),
  ];
  const digest = createHash('sha256').update(bytes.join(''), 'hex').digest('base64');
  expect(chainHash(sha256, BEFORE, ID, POSTED)).toBe(digest);
});

test('the link of a rejection contains its code', () => {
  expect(chainHash(sha256, BEFORE, ID, REJECTED)).toBe(
    'AVtMcASPf1HJqBiLZSqZFJqrjHCfAQ/DybCNqiSLtqQ=',
  );
});

test.each([
  ['the link before', { before: Buffer.alloc(32).toString('base64') }],
  ['the id', { id: ID.replace(/1$/, '2') }],
  ['the fingerprint', { outcome: { fingerprint: Buffer.alloc(32).toString('base64') } }],
  ['the sequence', { outcome: { sequence: 8 } }],
  ['the instant of the commit', { outcome: { postedAt: '2026-01-02T03:04:05.678902Z' } }],
  ['the kind', { outcome: { kind: 'revert' } }],
  ['the code of a rejection', { outcome: { rejection: rejection('account_frozen') } }],
] satisfies [string, Change][])('another link when %s differs', (_, change) => {
  expect(link(change)).not.toBe(link({}));
});

test.each([
  ['the status, which changes when a hold is captured', { outcome: { status: 'released' } }],
  ['what changed it later', { outcome: { version: 9 } }],
  ['when it was accepted', { outcome: { acceptedAt: POSTED.postedAt } }],
] satisfies [string, Change][])('the same link whatever %s', (_, change) => {
  expect(link(change)).toBe(link({}));
});

type Change = { before?: string; id?: string; outcome?: Partial<Outcome> };

function link({ before = BEFORE, id = ID, outcome = {} }: Change): string {
  return chainHash(sha256, before, id, { ...POSTED, ...outcome });
}
