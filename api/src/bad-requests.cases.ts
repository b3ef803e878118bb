import { type Sent, transfer } from '../test/client.ts';
import type { Place } from '../test/problem.ts';

/** Requests and settings that are refused, each with where its only fault lies. */

function keys(count: number) {
  return Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, 'v']));
}

const GOOD = transfer();
const POST: Sent = { json: GOOD, headers: { 'Idempotency-Key': 'k' } };
const LEDGER = '/v1/ledgers/{ledger}';
const TRANSACTIONS = `${LEDGER}/transactions`;
const ACTIONS = ['capture', 'release', 'revert'];
const ACT: Sent = { json: {}, headers: { 'Idempotency-Key': 'k' } };
const BULK: Sent = { json: { transactions: [{ ...GOOD, idempotency_key: 'k' }] } };
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
  ['POST /v1/ledgers/nobody/transactions/bulk', BULK, 404, 'ledger_not_found'],
  ...ACTIONS.flatMap((action): BadRequest[] => [
    [`POST /v1/ledgers/nobody/transactions/${ID}/${action}`, ACT, 404, 'ledger_not_found'],
    ...MALFORMED_IDS.map((id): BadRequest => {
      return [`POST ${TRANSACTIONS}/${id}/${action}`, ACT, 404, 'transaction_not_found'];
    }),
    [
      `POST ${TRANSACTIONS}/${ID}/${action}?wait=1`,
      ACT,
      400,
      'invalid_request',
      { parameter: 'wait' },
    ],
    [
      `POST ${TRANSACTIONS}/${ID}/${action}`,
      { json: {} },
      400,
      'idempotency_key_missing',
      { header: 'Idempotency-Key' },
    ],
  ]),
  [`POST ${TRANSACTIONS}/bulk?atomic=true`, BULK, 400, 'invalid_request', { parameter: 'atomic' }],
  ...[...ACTIONS.map((action) => `${ID}/${action}`), 'bulk'].flatMap((path) =>
    ['GET', 'PUT', 'PATCH', 'DELETE'].map(
      (method): BadRequest => [
        `${method} ${TRANSACTIONS}/${path}`,
        {},
        405,
        'method_not_allowed',
        undefined,
        { allow: 'POST' },
      ],
    ),
  ),
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
    const sent = {
      body: Buffer.from(JSON.stringify(GOOD)),
      headers: { ...POST.headers, ...headers },
    };
    const settings = { body: Buffer.from('{}'), headers };
    const place = { header: 'Content-Type' };
    return [
      [`POST ${TRANSACTIONS}`, sent, 415, 'unsupported_media_type', place],
      [`POST ${TRANSACTIONS}/bulk`, { ...sent, headers }, 415, 'unsupported_media_type', place],
      [`POST ${TRANSACTIONS}/${ID}/release`, sent, 415, 'unsupported_media_type', place],
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
