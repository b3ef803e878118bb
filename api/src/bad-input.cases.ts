import type { Sent } from './testing/client.cases.ts';
import type { Place } from './testing/problem.cases.ts';

/** Bodies and requests that are refused, each with where its only fault lies. */

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

const AMOUNTS = [
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
const INSTANTS = [
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
  ...INSTANTS.map((v) => ['effective_at', { ...GOOD, effective_at: v }, '#/effective_at'] as const),
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

const POST: Sent = { json: GOOD, headers: { 'Idempotency-Key': 'k' } };
const LEDGER = '/v1/ledgers/{ledger}';
const TRANSACTIONS = `${LEDGER}/transactions`;
const ID = '0198c0de-0000-7000-8000-00000000000a';

type BadRequest = readonly [
  request: string,
  sent: Sent,
  status: number,
  code: string,
  place?: Place | undefined,
  headers?: Record<string, string>,
];

const MALFORMED_LEDGERS = ['Book', '-a', '_a', 'a.b', 'a%20b', 'a%2Fb', '%00', '%C3%A9', '%ff'];
const MALFORMED_IDS = [
  'a',
  '1',
  ID.replaceAll('-', ''),
  `${ID}0`,
  ID.replace('a', 'g'),
  '%00',
  `{${ID}}`,
];
const MEDIA_TYPES = [
  ...[
    null,
    '',
    'text/plain',
    'application/x-www-form-urlencoded',
    'application/jsonp',
    'text/json',
  ],
  ...['application/merge-patch+json', 'application/json; charset=latin1', 'multipart/form-data'],
];
const BEARERS = [
  ...[null, '', 'Bearer', 'Bearer ', 'Bearer wrong', 'Basic cmF6YW86cmF6YW8=', 'razao_test_key'],
  ...[
    'Bearer razao_test_key2',
    'Bearer razao_test_ke',
    'Bearer razao_test_key x',
    'Token razao_test_key',
  ],
];
const AUTHENTICATE = { 'www-authenticate': 'Bearer realm="razao"' };

/** Requests that are refused for something else than a transaction's body or key. */
export const BAD_REQUESTS: readonly BadRequest[] = [
  ['POST /v1/ledgers/nobody/transactions', POST, 404, 'ledger_not_found'],
  ['PUT /v1/ledgers/nobody/accounts/a', { json: {} }, 404, 'ledger_not_found'],
  ['GET /v1/ledgers/nobody/accounts/a', {}, 404, 'ledger_not_found'],
  [`GET /v1/ledgers/nobody/transactions/${ID}`, {}, 404, 'ledger_not_found'],
  ['GET /v1/ledgers/nobody', {}, 404, 'ledger_not_found'],
  ...[...MALFORMED_LEDGERS, 'a'.repeat(64)].flatMap((name): BadRequest[] => [
    [`POST /v1/ledgers/${name}/transactions`, POST, 404, 'ledger_not_found'],
    [`GET /v1/ledgers/${name}`, {}, 404, 'ledger_not_found'],
    [`PUT /v1/ledgers/${name}`, { json: {} }, 400, 'invalid_request', { parameter: 'ledger' }],
  ]),
  ...MALFORMED_IDS.map(
    (id): BadRequest => [`GET ${TRANSACTIONS}/${id}`, {}, 404, 'transaction_not_found'],
  ),
  ...['a%20b', ':a', 'a:', 'a%2Fb', '%00', '%C3%A9', '%', 'a'.repeat(65)].flatMap(
    (address): BadRequest[] => {
      const place = { parameter: 'address' };
      return [
        [`GET ${LEDGER}/accounts/${address}`, {}, 400, 'invalid_request', place],
        [`PUT ${LEDGER}/accounts/${address}`, { json: {} }, 400, 'invalid_request', place],
      ];
    },
  ),
  ...['foo', 'Wait', '__proto__', 'constructor'].flatMap((parameter): BadRequest[] => [
    [`POST ${TRANSACTIONS}?${parameter}=1`, POST, 400, 'invalid_request', { parameter }],
    [`GET ${TRANSACTIONS}/${ID}?${parameter}=1`, {}, 400, 'invalid_request', { parameter }],
    [`GET ${LEDGER}?${parameter}`, {}, 400, 'invalid_request', { parameter }],
    [`PUT ${LEDGER}?${parameter}=1`, { json: {} }, 400, 'invalid_request', { parameter }],
    [`GET ${LEDGER}/accounts/a?${parameter}=1`, {}, 400, 'invalid_request', { parameter }],
    [
      `PUT ${LEDGER}/accounts/a?${parameter}=1`,
      { json: {} },
      400,
      'invalid_request',
      { parameter },
    ],
  ]),
  ...['wait=', 'wait=a', 'wait=-1', 'wait=1.5', 'wait=%201', 'wait=1&wait=1'].map(
    (query): BadRequest => [
      `GET ${TRANSACTIONS}/${ID}?${query}`,
      {},
      400,
      'invalid_request',
      { parameter: 'wait' },
    ],
  ),
  [
    `GET ${LEDGER}/accounts/a?consistency=weak`,
    {},
    400,
    'invalid_request',
    { parameter: 'consistency' },
  ],
  ...['GET', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'].map(
    (method): BadRequest => [
      `${method} ${TRANSACTIONS}`,
      {},
      405,
      'method_not_allowed',
      undefined,
      { allow: 'POST' },
    ],
  ),
  ...['POST', 'PUT', 'PATCH', 'DELETE'].map(
    (method): BadRequest => [
      `${method} ${TRANSACTIONS}/${ID}`,
      {},
      405,
      'method_not_allowed',
      undefined,
      { allow: 'GET, HEAD' },
    ],
  ),
  ...[LEDGER, `${LEDGER}/accounts/a`].flatMap((path) =>
    ['POST', 'DELETE'].map(
      (method): BadRequest => [
        `${method} ${path}`,
        {},
        405,
        'method_not_allowed',
        undefined,
        { allow: 'GET, HEAD, PUT' },
      ],
    ),
  ),
  ...['/nothing', '/v1', '/v1/nothing', '/v2/ledgers/a', `${TRANSACTIONS}/${ID}/nothing`].flatMap(
    (path): BadRequest[] => [
      [`GET ${path}`, {}, 404, 'route_not_found'],
      [`POST ${path}`, POST, 404, 'route_not_found'],
    ],
  ),
  ...MEDIA_TYPES.flatMap((type): BadRequest[] => {
    const headers = { 'Content-Type': type };
    const sent = { body: Buffer.from(`${TEXT}}`), headers: { ...POST.headers, ...headers } };
    const settings = { body: Buffer.from('{}'), headers };
    const place = { header: 'Content-Type' };
    return [
      [`POST ${TRANSACTIONS}`, sent, 415, 'unsupported_media_type', place],
      [`PUT ${LEDGER}`, settings, 415, 'unsupported_media_type', place],
      [`PUT ${LEDGER}/accounts/a`, settings, 415, 'unsupported_media_type', place],
    ];
  }),
  ...BEARERS.flatMap((bearer): BadRequest[] => {
    const headers = { Authorization: bearer };
    const post = { json: GOOD, headers: { 'Idempotency-Key': 'k', ...headers } };
    const place = { header: 'Authorization' };
    return [
      [`POST ${TRANSACTIONS}`, post, 401, 'unauthorized', place, AUTHENTICATE],
      [`GET ${LEDGER}`, { headers }, 401, 'unauthorized', place, AUTHENTICATE],
      ['GET /v1/nothing', { headers }, 401, 'unauthorized', place, AUTHENTICATE],
      [`DELETE ${TRANSACTIONS}`, { headers }, 401, 'unauthorized', place, AUTHENTICATE],
    ];
  }),
];

/** Bodies of `PUT .../accounts/{address}`, each refused with this one pointer. */
export const BAD_ACCOUNT_SETTINGS: readonly (readonly [body: unknown, pointer: string])[] = [
  [[], '#'],
  [null, '#'],
  [{ unknown: 1 }, '#/unknown'],
  [{ frozen: true }, '#/frozen'],
  [{ frozen: 'all' }, '#/frozen'],
  [{ frozen: null }, '#/frozen'],
  [{ metadata: { a: 1 } }, '#/metadata/a'],
  [{ metadata: keys(51) }, '#/metadata'],
  [{ limits: [] }, '#/limits'],
  [{ limits: null }, '#/limits'],
  [{ limits: { BRL: {} } }, '#/limits/BRL'],
  [{ limits: { 'brl/2': {} } }, '#/limits/brl~12'],
  [{ limits: { 'BRL/2': null } }, '#/limits/BRL~12'],
  [{ limits: { 'BRL/2': '1' } }, '#/limits/BRL~12'],
  [{ limits: { 'BRL/2': { overdraft: '1' } } }, '#/limits/BRL~12/overdraft'],
  ...[1, -1, '', '-1', '01', '1.5', '1e3', ' 1', '9'.repeat(39), true, {}].flatMap((value) => [
    [
      { limits: { 'BRL/2': { overdraft_limit: value } } },
      '#/limits/BRL~12/overdraft_limit',
    ] as const,
    [{ limits: { 'BRL/2': { max_balance: value } } }, '#/limits/BRL~12/max_balance'] as const,
  ]),
  [
    { limits: Object.fromEntries(Array.from({ length: 101 }, (_, i) => [`A${i}/0`, {}])) },
    '#/limits',
  ],
];

/** Bodies of `PUT /v1/ledgers/{ledger}`, each refused with this one pointer. */
export const BAD_LEDGER_SETTINGS: readonly (readonly [body: unknown, pointer: string])[] = [
  [[], '#'],
  [null, '#'],
  [{ name: 'a' }, '#/name'],
  [{ accounts: 'manual' }, '#/accounts'],
  [{ accounts: null }, '#/accounts'],
  [{ metadata: null }, '#/metadata'],
  [{ metadata: { a: null } }, '#/metadata/a'],
  [{ metadata: { a: 'a\0' } }, '#/metadata/a'],
  [{ metadata: keys(51) }, '#/metadata'],
];
