import { describe, expect, test } from 'vitest';
import { decodeChunk } from './chunk.ts';
import type { Command, Posting } from './command.ts';

const POSTING: Posting = { source: 'world', destination: 'alice', asset: 'BRL/2', amount: '1050' };
const COMMAND: Command = {
  ledgerId: 1,
  id: '0198c0de-0000-7000-8000-000000000001',
  kind: 'transfer',
  fingerprint: 'q6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6s=',
  acceptedAt: '2026-01-02T03:04:05.000000Z',
  postings: [POSTING],
  description: null,
  reference: null,
  metadata: {},
  effectiveAt: null,
};
const FULL: Command = {
  ...COMMAND,
  postings: [POSTING, { ...POSTING, destination: 'bob' }],
  description: 'rent',
  reference: 'invoice 7',
  metadata: { order: '7' },
  effectiveAt: '2026-01-01T00:00:00.000000Z',
};

describe('a chunk', () => {
  test.each([
    ['of one command', [COMMAND]],
    ['of a command with everything', [FULL]],
    ['of many', [COMMAND, FULL, COMMAND]],
  ])('%s comes back from JSON as it went in', (_, commands) => {
    expect(decodeChunk(JSON.parse(JSON.stringify({ v: 1, commands })))).toEqual({ v: 1, commands });
  });

  test('keeps the order of its commands', () => {
    const commands = ['3', '1', '2'].map((last) => ({
      ...COMMAND,
      id: COMMAND.id.replace(/1$/, last),
    }));
    expect(decodeChunk({ v: 1, commands })?.commands.map(({ id }) => id.at(-1))).toEqual([
      '3',
      '1',
      '2',
    ]);
  });
});

describe('a job that is not a chunk is set aside', () => {
  test.each([
    undefined,
    null,
    '',
    'chunk',
    7,
    true,
    [],
    [COMMAND],
    {},
    { commands: [COMMAND] }, // no version
    { v: 2, commands: [COMMAND] }, // of the future
    { v: '1', commands: [COMMAND] },
    { v: 1 },
    { v: 1, commands: null },
    { v: 1, commands: COMMAND },
    { v: 1, commands: { 0: COMMAND, length: 1 } },
    { v: 1, commands: [] }, // nothing to do is never enqueued
    { v: 1, commands: [null] },
    { v: 1, commands: ['transfer'] },
    { v: 1, commands: [[COMMAND]] },
    { v: 1, commands: [{}] },
  ])('%j', (data) => {
    expect(decodeChunk(data)).toBeNull();
  });

  test.each(Object.keys(COMMAND))('a command without %s', (field) => {
    expect(decodeOne(without(COMMAND, field))).toBeNull();
  });

  test.each(Object.keys(POSTING))('a posting without %s', (field) => {
    expect(decodeOne({ ...COMMAND, postings: [POSTING, without(POSTING, field)] })).toBeNull();
  });

  test.each([
    ['ledgerId', ['1', 1.5, 2 ** 53, Number.NaN, null]],
    ['id', [7, null, {}]],
    ['kind', ['hold', 'Transfer', '', 7, null]],
    ['fingerprint', [7, null]],
    ['acceptedAt', [1_767_323_045_678, null]],
    ['description', [7, {}, []]],
    ['reference', [7, {}, []]],
    ['effectiveAt', [7, {}, []]],
    ['metadata', [null, 'x', []]],
    ['postings', [null, {}, 'x', [null], ['x'], [[POSTING]], [POSTING, null]]],
  ] as [string, unknown[]][])('a command with a damaged %s', (field, values) => {
    for (const value of values) expect(decodeOne({ ...COMMAND, [field]: value })).toBeNull();
  });

  test.each(Object.keys(POSTING))('a posting with a damaged %s', (field) => {
    for (const value of [7, 1050n, null, {}, []]) {
      expect(decodeOne({ ...COMMAND, postings: [{ ...POSTING, [field]: value }] })).toBeNull();
    }
  });

  test('one damaged command among good ones, wherever it stands', () => {
    const damaged = { ...COMMAND, id: 7 };
    expect(decodeChunk({ v: 1, commands: [damaged, COMMAND] })).toBeNull();
    expect(decodeChunk({ v: 1, commands: [COMMAND, damaged] })).toBeNull();
  });
});

function decodeOne(command: unknown) {
  return decodeChunk({ v: 1, commands: [command] });
}

function without(record: object, field: string): object {
  return Object.fromEntries(Object.entries(record).filter(([name]) => name !== field));
}
