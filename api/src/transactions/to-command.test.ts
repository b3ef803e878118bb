import { decodeChunk, toChunk } from '@razao/shared/contract/chunk.ts';
import type { Command } from '@razao/shared/contract/command.ts';
import { transactionRequestSchema } from '@razao/shared/contract/transaction-request.ts';
import { expect, test } from 'vitest';
import { bulkDigest, memberFingerprint } from './fingerprint.ts';
import { toCapture, toMembers, toRelease, toRevert, toTransaction } from './to-command.ts';

const LEDGER = { uid: 'ledger-00003', name: 'book', shard: 0, accounts: 'auto' } as const;
const TARGET = '0198c0de-0000-7000-8000-00000000000a';
const POSTING = { source: 'a', destination: 'b', asset: 'A/0', amount: '1' };

test.each([
  ['transfer', transaction({}), {}],
  ['hold', transaction({ hold: { expires_in: 1 } }), {}],
  ['capture', toCapture(LEDGER, 'k', TARGET, { final: true }), { amount: null, final: true }],
  [
    'capture',
    toCapture(LEDGER, 'k', TARGET, { amount: '5', final: false }),
    { amount: '5', final: false, target: TARGET },
  ],
  ['release', toRelease(LEDGER, 'k', TARGET), { target: TARGET }],
  ['revert', toRevert(LEDGER, 'k', TARGET, { force: false }), { amount: null, force: false }],
  [
    'revert',
    toRevert(LEDGER, 'k', TARGET, { amount: '5', force: true }),
    { amount: '5', force: true, target: TARGET },
  ],
])('a %s is a command that a committer reads', (kind, command, fields) => {
  expect(command).toMatchObject({ kind, ledgerUid: LEDGER.uid, ...fields });
  const sent = JSON.parse(JSON.stringify(toChunk([command])));
  expect(decodeChunk(sent)).toEqual({ commands: [command], discarded: false });
});

test('a hold expires so many seconds after it was accepted, to the microsecond', () => {
  const command = transaction({ hold: { expires_in: 90 } });
  const [from, to] = [command.acceptedAt, 'expiresAt' in command ? command.expiresAt : ''];
  expect(to).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
  expect(Date.parse(to) - Date.parse(from)).toBe(90_000);
});

test('what was not asked for is absent from the command', () => {
  expect(Object.keys(transaction({}))).not.toContain('dependsOn');
  const postings = [
    { ...POSTING, if: {} },
    { ...POSTING, if: { source_available_gte: '7' } },
  ];
  expect(transaction({ postings }).postings).toEqual([
    POSTING,
    { ...POSTING, if: { sourceAvailableGte: '7' } },
  ]);
});

test('what a transaction depends on is compared in lower case', () => {
  expect(transaction({ depends_on: TARGET.toUpperCase() }).dependsOn).toBe(TARGET);
});

test('the members of an atomic bulk name its digest, and their fingerprints contain it', () => {
  const commands: Command[] = [transaction({}), transaction({ reference: 'r' })];
  const digest = bulkDigest(commands);
  expect(toMembers(commands)).toEqual(
    commands.map((command) => ({
      ...command,
      atomic: digest,
      fingerprint: memberFingerprint(command.fingerprint, digest),
    })),
  );
});

function transaction(body: object) {
  const request = transactionRequestSchema.parse({ postings: [POSTING], ...body });
  return toTransaction(LEDGER, 'k', request);
}
