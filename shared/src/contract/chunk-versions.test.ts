import { describe, expect, test } from 'vitest';
import { capture, expiry, hold, release, revert, transfer } from '../../test/commands.ts';
import { CHUNK_VERSION, decodeChunk, toChunk, toDiscardedChunk } from './chunk.ts';
import type { Command } from './command.ts';
import { READER_LEVEL } from './level.ts';

const TARGET = '0198c0de-0000-7000-8000-000000000002';
const COMMAND = transfer(1, 'world>alice 1 if 5');
const [POSTING] = COMMAND.postings;
const ALL: Command[] = [
  COMMAND,
  hold(1, 'world>alice 1'),
  capture(1, TARGET),
  release(1, TARGET),
  expiry(1, TARGET),
  revert(1, TARGET),
];

describe('a chunk that a newer version wrote is waited with', () => {
  test.each([
    ['of another form', { v: CHUNK_VERSION + 1 }, 'is of version 3,'],
    ['of a form far away, whatever it has', { v: 99, commands: null, needs: 'x' }, 'version 99,'],
    [
      'that needs more',
      { needs: READER_LEVEL + 1 },
      `needs a reader of level ${READER_LEVEL + 1},`,
    ],
    ['that needs more, whatever it has', { needs: 9, commands: [{ fee: 1 }] }, 'of level 9,'],
    ['with a field more', { priority: 1 }, 'the field "priority"'],
    ['with a command of another kind', { commands: [COMMAND, { kind: 'swap' }] }, 'kind "swap"'],
    ['with a condition more', { commands: conditional({ atMost: '1' }) }, 'the field "atMost"'],
    ['discarded, with a field more', { discarded: true, commands: [COMMAND] }, '"postings"'],
  ])('%s', (_, other, reason) => {
    expect(read(other)).toMatchObject({
      commands: null,
      fault: { tooNew: true, reason: expect.stringContaining(reason) },
    });
  });

  test.each(ALL.map((command) => [command.kind, command] as const))(
    'with a %s that has a field more, also one that another kind has',
    (_, command) => {
      for (const field of ['fee', '__proto__', 'target', 'postings'].filter(
        (f) => !(f in command),
      )) {
        const more = { ...command, ...JSON.parse(`{"${field}":[]}`) };
        expect(decodeOne(more)).toMatchObject({ commands: null, fault: { tooNew: true } });
      }
    },
  );

  test('with a posting that has a field more, wherever it stands', () => {
    const more = { ...POSTING, fee: '1' };
    for (const postings of [
      [more, POSTING],
      [POSTING, more],
    ])
      expect(decodeOne({ ...COMMAND, postings })).toMatchObject({ fault: { tooNew: true } });
  });

  test('by a reader that understands less than this code, which reads what needs no more', () => {
    const chunk = toChunk([COMMAND, revert(1, TARGET)]);
    expect(decodeChunk(chunk, READER_LEVEL - 1)).toMatchObject({ fault: { tooNew: true } });
    const older = toChunk([COMMAND, hold(1, 'world>alice 1'), release(1, TARGET)]);
    expect(decodeChunk(older, READER_LEVEL - 1)).toMatchObject({ commands: older.commands });
    expect(decodeChunk(older)).toMatchObject({ commands: older.commands });
  });

  test('with a capture or a revert, by a reader that would date it before its target', () => {
    for (const command of [capture(1, TARGET), revert(1, TARGET)])
      expect(decodeChunk(toChunk([command]), 1)).toMatchObject({ fault: { tooNew: true } });
  });

  test('and what it says is cut short where it is long', () => {
    const { fault } = read({ ['x'.repeat(9_999)]: 1 }) as { fault: { reason: string } };
    expect(fault.reason.length).toBeLessThan(200);
  });
});

describe('a chunk that was discarded', () => {
  const bare = ALL.map(({ ledgerUid, id, kind, fingerprint, acceptedAt }) => ({
    ledgerUid,
    id,
    kind,
    fingerprint,
    acceptedAt,
  }));

  test('comes back with commands that ask for nothing', () => {
    const read = decodeChunk(JSON.parse(JSON.stringify(toDiscardedChunk(bare))));
    expect(read).toMatchObject({ discarded: true, commands: bare });
    for (const command of read.commands ?? []) {
      if ('postings' in command) expect(command.postings).toEqual([]);
      else expect(command.target).toBe(command.id);
    }
  });
});

function decodeOne(command: unknown) {
  return read({ commands: [command] });
}

function read(other: object) {
  return decodeChunk({ ...toChunk([COMMAND]), ...other });
}

function conditional(condition: object): unknown[] {
  const posting = { ...POSTING, if: { sourceAvailableGte: '5', ...condition } };
  return [{ ...COMMAND, postings: [posting] }];
}
