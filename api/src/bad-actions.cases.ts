import { AMOUNTS, BAD_TRANSACTIONS, INSTANTS } from './bad-input.cases.ts';

/** Bodies of the writes that act on a transaction, and of bulks, that are refused, each with where its only fault lies. */

const NO_OBJECTS = [null, true, 1, 'text', [], [{}]];
const NO_FLAGS = [null, 0, 1, 'true', '', [], {}];

/** Bodies of `POST .../transactions/{id}/<action>`. */
export const BAD_ACTIONS: readonly (readonly [action: string, body: unknown, pointer: string])[] = [
  ...['capture', 'release', 'revert'].flatMap((action) => [
    ...NO_OBJECTS.map((body) => [action, body, '#'] as const),
    [action, { id: 'a' }, '#/id'] as const,
    [action, { metadata: {} }, '#/metadata'] as const,
  ]),
  ...AMOUNTS.flatMap((amount) => [
    ['capture', { amount }, '#/amount'] as const,
    ['revert', { amount }, '#/amount'] as const,
  ]),
  ...NO_FLAGS.map((final) => ['capture', { final }, '#/final'] as const),
  ...NO_FLAGS.map((force) => ['revert', { force }, '#/force'] as const),
  ...INSTANTS.flatMap((effective_at) => [
    ['capture', { effective_at }, '#/effective_at'] as const,
    ['revert', { effective_at }, '#/effective_at'] as const,
  ]),
  ['release', { effective_at: '2020-01-01T00:00:00Z' }, '#/effective_at'],
  ['capture', { force: true }, '#/force'],
  ['revert', { final: true }, '#/final'],
  ['release', { amount: '1' }, '#/amount'],
];

const POSTING = { source: 'world', destination: 'users:1', asset: 'BRL/2', amount: '100' };
const ITEM = { idempotency_key: 'good', postings: [POSTING] };

/** Bodies of a bulk that refuse all of it. */
export const BAD_BULKS: readonly (readonly [body: unknown, pointer: string])[] = [
  ...NO_OBJECTS.map((body) => [body, '#'] as const),
  [{}, '#/transactions'],
  ...[null, {}, 'a', 1, ITEM, []].map((v) => [{ transactions: v }, '#/transactions'] as const),
  ...NO_FLAGS.map((atomic) => [{ atomic, transactions: [ITEM] }, '#/atomic'] as const),
  [{ transactions: [ITEM], id: 'a' }, '#/id'],
  [JSON.parse(`{"transactions":[${JSON.stringify(ITEM)}],"__proto__":{}}`), '#/__proto__'],
];

/** Items that are refused alone, with the pointer below the item. */
export const BAD_ITEMS: readonly (readonly [item: unknown, pointer: string])[] = [
  ...BAD_TRANSACTIONS.map(([, body, pointer]) => {
    const isObject = typeof body === 'object' && body !== null && !Array.isArray(body);
    const item = isObject ? { idempotency_key: 'bad', ...body } : body;
    return [item, pointer.slice(1)] as const;
  }),
  [
    JSON.parse(`{"idempotency_key":"bad","postings":[${JSON.stringify(POSTING)}],"__proto__":{}}`),
    '/__proto__',
  ],
];
