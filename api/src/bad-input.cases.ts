/** Bodies and keys that are refused, each with where its only fault lies. */

const LONE = '\ud800';
const POSTING = { source: 'world', destination: 'users:1', asset: 'BRL/2', amount: '100' };
const GOOD = { postings: [POSTING] };
const SEGMENT = 'a'.repeat(64);

function posting(change: Record<string, unknown>) {
  return { postings: [{ ...POSTING, ...change }] };
}

function without(field: string) {
  return { postings: [Object.fromEntries(Object.entries(POSTING).filter(([k]) => k !== field))] };
}

function keys(count: number) {
  return Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, 'v']));
}

export const AMOUNTS = [
  ...[100, 0, -1, 1.5, 1e21, true, null, [], {}, ['1']],
  ...[
    '',
    '0',
    '00',
    '01',
    '-1',
    '+1',
    '1.0',
    '1,0',
    '1e3',
    '1E3',
    '0x10',
    ' 1',
    '1 ',
    '1\n',
    '1 000',
  ],
  ...['1_000', '\uff11', '\u0661', 'NaN', 'Infinity', 'one', '9'.repeat(39), `1${'0'.repeat(38)}`],
];
const ADDRESSES = [
  ...[
    '',
    ' ',
    ':',
    'a:',
    ':a',
    'a::b',
    'a b',
    ' a',
    'a ',
    'a\n',
    'a/b',
    'a@b',
    'a*',
    '\u00e9',
    '\u0430',
  ],
  ...['a\0', LONE, `${SEGMENT}a`, `${SEGMENT}:${SEGMENT}:${SEGMENT}:${'a'.repeat(61)}`],
  ...[1, null, true, [], {}],
];
const ASSETS = [
  ...[
    '',
    'BRL',
    'BRL/',
    '/2',
    'brl/2',
    'Brl/2',
    '2B/2',
    'BRL/100',
    'BRL/-1',
    'BRL/x',
    'BRL /2',
    'BRL/2 ',
  ],
  ...['B_L/2', 'BRL:2', '\u00c9/2', `A${'B'.repeat(17)}/2`, 'BRL/2\n', 1, null, [], {}],
];
export const INSTANTS = [
  ...[
    '',
    'now',
    '2026-01-02',
    '2026-01-02T03:04:05',
    '2026-01-02 03:04:05Z',
    '2026-02-30T00:00:00Z',
  ],
  ...[
    '2026-13-01T00:00:00Z',
    '2026-01-02T24:00:01Z',
    '2026-01-02T03:04:05+24:00',
    '2026-01-02T03:04Z',
  ],
  ...[new Date(Date.now() + 2 * 366 * 86_400_000).toISOString(), 1_767_322_800, null, {}],
];
const ID = '0198c0de-0000-7000-8000-00000000000a';
const IDS = [
  ...[
    '',
    'a',
    ID.replaceAll('-', ''),
    `${ID}0`,
    ` ${ID}`,
    `${ID}\n`,
    ID.replace('a', 'g'),
    `{${ID}}`,
  ],
  ...[null, 1, [], {}, [ID]],
];
const TEXTS = [1, null, true, [], {}, 'a\0b', LONE, `a${LONE}b`, '\udc00\ud800'];

/** Bodies of a transaction; each is refused with this one pointer. */
export const BAD_TRANSACTIONS: readonly (readonly [
  about: string,
  body: unknown,
  pointer: string,
])[] = [
  ...[null, true, 1, 'text', [], [GOOD]].map((body) => ['body', body, '#'] as const),
  ['postings are missing', {}, '#/postings'],
  ['no posting', { postings: [] }, '#/postings'],
  ['101 postings', { postings: Array.from({ length: 101 }, () => POSTING) }, '#/postings'],
  ...[null, {}, 'a', 1, POSTING].map((v) => ['postings', { postings: v }, '#/postings'] as const),
  ...[null, 'a', 1, []].map((v) => ['posting', { postings: [v] }, '#/postings/0'] as const),
  ['second posting', { postings: [POSTING, { ...POSTING, amount: '0' }] }, '#/postings/1/amount'],
  ...['source', 'destination', 'asset', 'amount'].map(
    (field) => [`${field} is missing`, without(field), `#/postings/0/${field}`] as const,
  ),
  ...AMOUNTS.map((v) => ['amount', posting({ amount: v }), '#/postings/0/amount'] as const),
  ...ADDRESSES.map((v) => ['source', posting({ source: v }), '#/postings/0/source'] as const),
  ...ADDRESSES.map(
    (v) => ['destination', posting({ destination: v }), '#/postings/0/destination'] as const,
  ),
  ...ASSETS.map((v) => ['asset', posting({ asset: v }), '#/postings/0/asset'] as const),
  ['to itself', posting({ source: 'a', destination: 'a' }), '#/postings/0/destination'],
  ['from world to itself', posting({ destination: 'world' }), '#/postings/0/destination'],
  ['unknown field', { ...GOOD, id: 'a' }, '#/id'],
  ['unknown field, to be escaped', { ...GOOD, 'a/b~c': 1 }, '#/a~1b~0c'],
  ['unknown field, not Unicode', { ...GOOD, [LONE]: 1 }, '#/\ufffd'],
  ['unknown field, in other case', { ...GOOD, Description: 'a' }, '#/Description'],
  ['unknown field of a posting', posting({ memo: 'a' }), '#/postings/0/memo'],
  ...TEXTS.map((v) => ['description', { ...GOOD, description: v }, '#/description'] as const),
  ['description', { ...GOOD, description: 'a'.repeat(501) }, '#/description'],
  ['description', { ...GOOD, description: '\ud83d\ude80'.repeat(501) }, '#/description'],
  ...TEXTS.map((v) => ['reference', { ...GOOD, reference: v }, '#/reference'] as const),
  ['reference', { ...GOOD, reference: 'a'.repeat(201) }, '#/reference'],
  ...[null, [], 'a', 1].map((v) => ['metadata', { ...GOOD, metadata: v }, '#/metadata'] as const),
  ['51 keys of metadata', { ...GOOD, metadata: keys(51) }, '#/metadata'],
  ...TEXTS.map((v) => ['metadata value', { ...GOOD, metadata: { a: v } }, '#/metadata/a'] as const),
  ['metadata value', { ...GOOD, metadata: { a: 'a'.repeat(501) } }, '#/metadata/a'],
  ['empty metadata key', { ...GOOD, metadata: { '': 'a' } }, '#/metadata/'],
  ['metadata key', { ...GOOD, metadata: { [`${SEGMENT}a`]: 'a' } }, `#/metadata/${SEGMENT}a`],
  ['metadata key, NUL', { ...GOOD, metadata: { 'a\0': 'a' } }, '#/metadata/a\0'],
  ['metadata key, not Unicode', { ...GOOD, metadata: { [LONE]: 'a' } }, '#/metadata/\ufffd'],
  ...[null, [], 'a', 1, true].map((v) => ['if', posting({ if: v }), '#/postings/0/if'] as const),
  ['unknown condition', posting({ if: { balance: '1' } }), '#/postings/0/if/balance'],
  ...AMOUNTS.map(
    (v) =>
      [
        'condition',
        posting({ if: { source_available_gte: v } }),
        '#/postings/0/if/source_available_gte',
      ] as const,
  ),
  ...[null, [], 'a', 60, true].map((v) => ['hold', { ...GOOD, hold: v }, '#/hold'] as const),
  ['hold without an end', { ...GOOD, hold: {} }, '#/hold/expires_in'],
  ['unknown field of a hold', { ...GOOD, hold: { expires_in: 1, at: 'a' } }, '#/hold/at'],
  ...[0, -1, 1.5, 366 * 86_400 + 1, 1e300, '60', null, true, [], {}].map(
    (v) => ['end of a hold', { ...GOOD, hold: { expires_in: v } }, '#/hold/expires_in'] as const,
  ),
  ...IDS.map((v) => ['depends_on', { ...GOOD, depends_on: v }, '#/depends_on'] as const),
  ...INSTANTS.map((v) => ['effective_at', { ...GOOD, effective_at: v }, '#/effective_at'] as const),
  ...['2020-01-01T00:00:00Z', '2026-12-31T00:00:00Z'].map((v) => {
    const body = { ...GOOD, hold: { expires_in: 60 }, effective_at: v };
    return ['effective_at of a hold', body, '#/effective_at'] as const;
  }),
];

const TEXT = JSON.stringify(GOOD).slice(0, -1);

/** Bodies that are wrong before or beyond their JSON; each is refused with this one pointer. */
export const BAD_BODIES: readonly (readonly [
  about: string,
  body: string | Uint8Array<ArrayBuffer>,
  pointer: string,
])[] = [
  ['no body', '', '#'],
  ['blanks', ' ', '#'],
  ['cut JSON', TEXT, '#'],
  ['two values', '{}{}', '#'],
  ['a comma too many', `${TEXT},}`, '#'],
  ['single quotes', "{'postings':[]}", '#'],
  ['NaN', `${TEXT},"metadata":NaN}`, '#'],
  ['a form', 'a=1&b=2', '#'],
  ['a raw NUL', `${TEXT},"reference":"\0"}`, '#'],
  ['invalid UTF-8', new Uint8Array([...Buffer.from(`${TEXT},"reference":"`), 0xc3, 0x28]), '#'],
  ['an overlong NUL', new Uint8Array([...Buffer.from(`${TEXT},"reference":"`), 0xc0, 0x80]), '#'],
  ['a surrogate in UTF-8', new Uint8Array([0x22, 0xed, 0xa0, 0x80, 0x22]), '#'],
  ['UTF-16', new Uint8Array(Buffer.from(`${TEXT}}`, 'utf16le')), '#'],
  ['30,000 arrays in each other', '['.repeat(30_000) + ']'.repeat(30_000), '#'],
  [
    '10,000 objects in each other',
    `{"postings":${'{"a":'.repeat(10_000)}1${'}'.repeat(10_001)}`,
    '#/postings',
  ],
  [
    'depth in a value',
    `${TEXT},"metadata":{"a":${'['.repeat(30_000)}${']'.repeat(30_000)}}}`,
    '#/metadata/a',
  ],
  ['__proto__', `${TEXT},"__proto__":{}}`, '#/__proto__'],
  ['__proto__ as a metadata key', `${TEXT},"metadata":{"__proto__":"a"}}`, '#/metadata/__proto__'],
  [
    '__proto__ below a name to be escaped',
    `${TEXT},"metadata":{"a/b~c":{"__proto__":"a"}}}`,
    '#/metadata/a~1b~0c/__proto__',
  ],
];

/** Idempotency keys that are refused. */
export const BAD_KEYS: readonly (readonly [about: string, header: string | null, code: string])[] =
  [
    ['none', null, 'idempotency_key_missing'],
    ['empty', '', 'idempotency_key_missing'],
    ['blanks', '  ', 'idempotency_key_missing'],
    ['empty in quotes', '""', 'idempotency_key_invalid'],
    ['256 characters', 'k'.repeat(256), 'idempotency_key_invalid'],
    ['256 characters in quotes', `"${'k'.repeat(256)}"`, 'idempotency_key_invalid'],
    ['a blank inside', 'a b', 'idempotency_key_invalid'],
    ['a blank inside quotes', '"a b"', 'idempotency_key_invalid'],
    ['a tab inside', 'a\tb', 'idempotency_key_invalid'],
    ['not ASCII', 'chav\u00e9', 'idempotency_key_invalid'],
    ['not ASCII, in quotes', '"chav\u00e9"', 'idempotency_key_invalid'],
    ['DEL', 'a\x7f', 'idempotency_key_invalid'],
    ['a quote only', '"', 'idempotency_key_invalid'],
    ['no closing quote', '"abc', 'idempotency_key_invalid'],
    ['something after the quotes', '"a"b', 'idempotency_key_invalid'],
    ['an unknown escape', '"a\\b"', 'idempotency_key_invalid'],
    ['an escaped closing quote', '"abc\\"', 'idempotency_key_invalid'],
    ['parameters', '"abc";a=1', 'idempotency_key_invalid'],
    ['two', 'a, b', 'idempotency_key_invalid'],
  ];
