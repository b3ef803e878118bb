import type { Command, HoldCommand, Outcome } from '@razao/shared/contract/command.ts';
import type { StatusRecord } from '@razao/shared/contract/status-record.ts';
import { expect, test } from 'vitest';
import { fromCommand, isWholeStory } from './shape.ts';

const AT = '2026-01-02T03:04:05.000000Z';
const HEAD = { ledgerUid: 'ledger-00001', id: 'id', fingerprint: 'print', acceptedAt: AT };
const POSTING = { source: 'a', destination: 'b', asset: 'A/0', amount: '7' };
const HOLD: HoldCommand = {
  ...HEAD,
  kind: 'hold',
  expiresAt: '2026-01-02T03:05:05.000000Z',
  postings: [POSTING],
  description: null,
  reference: null,
  metadata: {},
  effectiveAt: null,
};
const { expiresAt: _, ...MOVING } = HOLD;
const TRANSFER: Command = { ...MOVING, kind: 'transfer' };
const CAPTURE: Command = { ...HEAD, kind: 'capture', target: 't', amount: null, final: true };
const QUEUED: StatusRecord = {
  status: 'queued',
  kind: 'hold',
  acceptedAt: AT,
  fingerprint: 'print',
  chunk: 'c',
};

test.each([
  [TRANSFER, QUEUED, true],
  [TRANSFER, outcome('posted'), true],
  [TRANSFER, outcome('posted', 9), false],
  [TRANSFER, outcome('rejected'), true],
  [HOLD, QUEUED, true],
  [HOLD, outcome('pending'), true],
  [HOLD, outcome('pending', 9), false],
  [HOLD, outcome('released', 9), false],
  [CAPTURE, QUEUED, true],
  [CAPTURE, outcome('posted'), false],
  [CAPTURE, outcome('rejected'), true],
] as const)('of %j with %j nothing has to be read: %s', (command, record, whole) => {
  expect(isWholeStory(command, record)).toBe(whole);
});

test('a hold tells what it reserves until when', () => {
  const hold = { expires_at: HOLD.expiresAt, amount: '7', captured: '0', remaining: '7' };
  expect(fromCommand('l', HOLD, QUEUED).hold).toEqual(hold);
  expect(fromCommand('l', HOLD, outcome('pending')).hold).toEqual(hold);
  expect(fromCommand('l', HOLD, outcome('rejected')).hold).toBeNull();
});

test('a hold that is sent again expires when the first one does', () => {
  const again = {
    ...HOLD,
    acceptedAt: '2026-01-02T03:04:45.000000Z',
    expiresAt: '2026-01-02T03:05:45.000000Z',
  };
  expect(fromCommand('l', again, QUEUED)).toEqual(fromCommand('l', HOLD, QUEUED));
});

test('the sum of a hold exists where its postings are of one asset', () => {
  const most = { ...POSTING, amount: '9'.repeat(38) };
  const sum = fromCommand('l', { ...HOLD, postings: [most, most] }, QUEUED).hold;
  expect(sum).toMatchObject({ amount: `1${'9'.repeat(37)}8`, captured: '0' });
  const other = { ...POSTING, asset: 'B/0' };
  expect(fromCommand('l', { ...HOLD, postings: [POSTING, other] }, QUEUED).hold).toEqual({
    expires_at: HOLD.expiresAt,
    amount: null,
    captured: null,
    remaining: null,
  });
});

test('postings are told without their conditions', () => {
  const postings = [POSTING, { ...POSTING, if: { sourceAvailableGte: '1' } }];
  expect(fromCommand('l', { ...HOLD, postings }, QUEUED).postings).toEqual([POSTING, POSTING]);
});

test('a capture that is queued or rejected has moved nothing yet', () => {
  for (const record of [QUEUED, outcome('rejected')])
    expect(fromCommand('l', CAPTURE, record)).toMatchObject({
      kind: 'capture',
      target: 't',
      postings: [],
      hold: null,
      reverted_amount: '0',
      description: null,
      metadata: {},
    });
});

function outcome(status: Outcome['status'], version = 7): Outcome {
  return {
    version,
    status,
    kind: 'transfer',
    sequence: 7,
    fingerprint: 'print',
    acceptedAt: AT,
    postedAt: AT,
    rejection: status === 'rejected' ? { code: 'hold_not_open', detail: 'd' } : null,
  };
}
