import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeChunk, toChunk } from './chunk.ts';
import type { Command, Posting } from './command.ts';
import { transactionRequestSchema } from './transaction-request.ts';

const POSTING: Posting = { source: 'world', destination: 'alice', asset: 'BRL/2', amount: '1050' };
const COMMAND: Command = {
  ledgerUid: 'ledger-00001',
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

const { ledgerUid, id, fingerprint, acceptedAt } = COMMAND;
const ACCEPTED = { ledgerUid, id, fingerprint, acceptedAt };
const target = '0198c0de-0000-7000-8000-000000000002';
/** One of every other kind. */
const OTHERS: Record<string, Command> = {
  hold: { ...FULL, kind: 'hold', expiresAt: '2026-01-02T04:04:05.000000Z' },
  capture: { ...ACCEPTED, kind: 'capture', target, amount: null, final: true },
  release: { ...ACCEPTED, kind: 'release', target },
  expiry: { ...ACCEPTED, kind: 'expiry', target },
  revert: { ...ACCEPTED, kind: 'revert', target, amount: '5', force: false },
};
const CONDITIONAL: Command = {
  ...COMMAND,
  postings: [{ ...POSTING, if: { sourceAvailableGte: '5' } }],
  dependsOn: target,
  atomic: fingerprint,
};

const NO_INSTANTS = [
  '2026-01-02',
  '2026-01-02T03:04:05Z', // of another precision than ours
  '2026-01-02T03:04:05.000000+00:00',
  '2026-02-30T03:04:05.000000Z',
  '2026-01-02T25:04:05.000000Z',
  '0000-01-02T03:04:05.000000Z',
];
const HUNDRED_AND_ONE = Array.from({ length: 101 }, () => POSTING);

describe('a chunk', () => {
  test.each([
    ['of one command', [COMMAND]],
    ['of a command with everything', [FULL]],
    ['of a member of an atomic bulk with conditions', [CONDITIONAL]],
    ['of every other kind', Object.values(OTHERS)],
    ['of many', [COMMAND, FULL, COMMAND]],
  ])('%s comes back from JSON as it went in', (_, commands) => {
    const read = decodeChunk(JSON.parse(JSON.stringify(toChunk(commands))));
    expect(read).toEqual({ commands, discarded: false });
  });

  test('keeps the order of its commands', () => {
    const commands = ['3', '1', '2'].map((last) => ({
      ...COMMAND,
      id: COMMAND.id.replace(/1$/, last),
    }));
    expect(decodeChunk(toChunk(commands)).commands?.map(({ id }) => id.at(-1))).toEqual([
      '3',
      '1',
      '2',
    ]);
  });
});

test('whatever the contract lets in comes out of the queue', () => {
  const address = fc.stringMatching(/^[A-Za-z0-9_.-]{1,20}(:[A-Za-z0-9_.-]{1,20}){0,3}$/);
  const posting = fc.record({
    source: address,
    destination: address,
    asset: fc.stringMatching(/^[A-Z][A-Z0-9]{0,16}\/[0-9]{1,2}$/),
    amount: fc.stringMatching(/^[1-9][0-9]{0,37}$/),
  });
  const request = fc.record(
    {
      postings: fc.array(posting, { minLength: 1, maxLength: 5 }),
      description: fc.string({ unit: 'binary', maxLength: 20 }),
      metadata: fc.dictionary(fc.string({ minLength: 1, maxLength: 9 }), fc.string()),
      effective_at: fc
        .date({ min: new Date(0), max: new Date(), noInvalidDate: true })
        .map((date) => date.toISOString()),
    },
    { requiredKeys: ['postings'] },
  );
  fc.assert(
    fc.property(request, (body) => {
      const { data } = transactionRequestSchema.safeParse(body);
      fc.pre(data !== undefined);
      const {
        postings,
        description = null,
        metadata = {},
        effective_at: effectiveAt = null,
      } = data;
      const command = { ...COMMAND, postings, description, metadata, effectiveAt };
      const queued = JSON.parse(JSON.stringify({ ...toChunk([COMMAND]), commands: [command] }));
      expect(decodeChunk(queued).commands).toHaveLength(1);
    }),
  );
}, 30_000);

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
    { needs: 1, commands: [COMMAND] }, // no version
    { v: 1, needs: 1, commands: [COMMAND] }, // of the past
    { v: 0, needs: 1, commands: [COMMAND] },
    { v: -3, needs: 1, commands: [COMMAND] },
    { v: '2', needs: 1, commands: [COMMAND] },
    { v: 2.5, needs: 1, commands: [COMMAND] },
    { v: 2, commands: [COMMAND] }, // says not what it needs
    { v: 2, needs: '1', commands: [COMMAND] },
    { v: 2, needs: 0.5, commands: [COMMAND] },
    { v: 2, needs: -1, commands: [COMMAND] },
    { v: 2, needs: null, commands: [COMMAND] },
    { v: 2, needs: 1 },
    { v: 2, needs: 1, commands: null },
    { v: 2, needs: 1, commands: COMMAND },
    { v: 2, needs: 1, commands: { 0: COMMAND, length: 1 } },
    { v: 2, needs: 1, commands: [] }, // nothing to do is never enqueued
    { v: 2, needs: 1, commands: [null] },
    { v: 2, needs: 1, commands: ['transfer'] },
    { v: 2, needs: 1, commands: [[COMMAND]] },
    { v: 2, needs: 1, commands: [{}] },
    { v: 2, needs: 1, discarded: false, commands: [COMMAND] },
    { v: 2, needs: 1, discarded: 'yes', commands: [COMMAND] },
    { v: 2, needs: 1, discarded: true, commands: [{ ...ACCEPTED, kind: 'Transfer' }] },
    { v: 2, needs: 1, discarded: true, commands: [ACCEPTED] },
    { v: 2, needs: 1, discarded: true, commands: [] },
  ])('%j', (data) => {
    expect(decodeChunk(data)).toMatchObject({ commands: null, fault: { tooNew: false } });
  });

  test.each(Object.keys(COMMAND))('a command without %s', (field) => {
    expectDamaged(without(COMMAND, field));
  });

  test.each(Object.keys(POSTING))('a posting without %s', (field) => {
    expectDamaged({ ...COMMAND, postings: [POSTING, without(POSTING, field)] });
  });

  test.each([
    ['ledgerUid', [1, '', 'a b', 'a:b', 'a/b', 'a'.repeat(65), null]],
    ['id', [7, null, {}, '', `${COMMAND.id} `, COMMAND.id.toUpperCase()]],
    ['kind', ['hold', 'Transfer', '', 7, null]],
    ['dependsOn', [7, null, '', 'x', target.toUpperCase()]],
    ['atomic', [7, null, '', 'x', true]],
    ['fingerprint', [7, null, '', 'abc=']],
    ['acceptedAt', [1_767_323_045_678, null, ...NO_INSTANTS]],
    ['effectiveAt', [7, {}, [], '', ...NO_INSTANTS]],
    ['description', [7, {}, []]],
    ['reference', [7, {}, []]],
    ['metadata', [null, 'x', [], { order: 7 }, { order: null }, { order: {} }]],
    ['postings', [null, {}, 'x', [], [null], ['x'], [[POSTING]], [POSTING, null], HUNDRED_AND_ONE]],
  ] as [string, unknown[]][])('a command with a damaged %s', (field, values) => {
    for (const value of values) expectDamaged({ ...COMMAND, [field]: value });
  });

  test.each(Object.keys(POSTING))('a posting whose %s is not a text', (field) => {
    for (const value of [7, 1050n, null, {}, []]) {
      expectDamaged({ ...COMMAND, postings: [{ ...POSTING, [field]: value }] });
    }
  });

  test.each([
    ['source', ['', 'a b', 'a\0', 'a::b', ':a', 'a'.repeat(65), POSTING.destination]],
    ['destination', ['', 'é', 'a\n', 'a:', POSTING.source]],
    ['asset', ['', 'BRL', 'brl/2', 'BRL/100', 'BRL/2\0']],
    ['amount', ['', '0', '-5', '+5', '1.5', '1e3', '0x10', ' 5', '007', 'ten', '9'.repeat(39)]],
  ])('a posting with a damaged %s', (field, values) => {
    for (const value of values) {
      expectDamaged({ ...COMMAND, postings: [{ ...POSTING, [field]: value }] });
    }
  });

  test.each(
    Object.entries(OTHERS).flatMap(([kind, command]) =>
      Object.keys(command).map((field) => [kind, field] as const),
    ),
  )('a %s without %s', (kind, field) => {
    expectDamaged(without(OTHERS[kind] ?? {}, field));
  });

  test.each([
    ['hold', 'expiresAt', [null, 60, ...NO_INSTANTS]],
    ['capture', 'target', [null, 7, 'x', target.toUpperCase()]],
    ['capture', 'amount', [5, '0', '-5', '1.5', '9'.repeat(39)]],
    ['capture', 'final', [null, 'true', 1]],
    ['release', 'target', [null, 7, 'x']],
    ['expiry', 'target', [null, 7, 'x']],
    ['revert', 'amount', [5, '0', '-5', '1.5', '9'.repeat(39)]],
    ['revert', 'force', [null, 'true', 1]],
  ] as [string, string, unknown[]][])('a %s with a damaged %s', (kind, field, values) => {
    for (const value of values) expectDamaged({ ...OTHERS[kind], [field]: value });
  });

  test('a posting with a damaged condition', () => {
    for (const value of [null, {}, '5', { sourceAvailableGte: 5 }, { sourceAvailableGte: '0' }]) {
      expectDamaged({ ...COMMAND, postings: [{ ...POSTING, if: value }] });
    }
  });

  test('one damaged command among good ones, wherever it stands', () => {
    const damaged = { ...COMMAND, id: 7 };
    for (const commands of [
      [damaged, COMMAND],
      [COMMAND, damaged],
    ])
      expect(read({ commands })).toMatchObject({ commands: null, fault: { tooNew: false } });
  });
});

function expectDamaged(command: unknown) {
  expect(decodeOne(command)).toMatchObject({ commands: null, fault: { tooNew: false } });
}

function decodeOne(command: unknown) {
  return read({ commands: [command] });
}

function read(other: object) {
  return decodeChunk({ ...toChunk([COMMAND]), ...other });
}

function without(record: object, field: string): object {
  return Object.fromEntries(Object.entries(record).filter(([name]) => name !== field));
}
