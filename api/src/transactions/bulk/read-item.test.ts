import { Problem } from '@razao/shared/contract/problems.ts';
import { expect, test } from 'vitest';
import { readItem } from './read-item.ts';

const POSTING = { source: 'a', destination: 'b', asset: 'A/0', amount: '1' };
const GOOD = { idempotency_key: 'k', postings: [POSTING] };
const AT = '#/transactions/3';

test('an item is a transaction under its key', () => {
  expect(readItem({ ...GOOD, reference: 'r' }, 3, false)).toEqual({
    key: 'k',
    request: { postings: [POSTING], reference: 'r' },
  });
  expect(readItem({ ...GOOD, idempotency_key: '"a\\"b"' }, 3, false)).toMatchObject({
    key: 'a"b',
  });
});

test.each([
  ...[null, 1, 'a', [], [GOOD]].map((item) => [item, 'invalid_request', [AT]] as const),
  [{ postings: [POSTING] }, 'idempotency_key_missing', [`${AT}/idempotency_key`]],
  [{ ...GOOD, idempotency_key: '' }, 'idempotency_key_missing', [`${AT}/idempotency_key`]],
  ...[null, 1, true, {}, ['k'], 'a b', '""', '"a', '\u00e9', 'k'.repeat(256)].map(
    (key) =>
      [
        { ...GOOD, idempotency_key: key },
        'idempotency_key_invalid',
        [`${AT}/idempotency_key`],
      ] as const,
  ),
  [
    { ...GOOD, postings: [{ ...POSTING, amount: '0' }] },
    'invalid_request',
    [`${AT}/postings/0/amount`],
  ],
  [{ ...GOOD, 'a/b': 1 }, 'invalid_request', [`${AT}/a~1b`]],
  [
    JSON.parse('{"idempotency_key":"k","metadata":{"__proto__":"a"}}'),
    'invalid_request',
    [`${AT}/metadata/__proto__`],
  ],
  [
    { idempotency_key: '', postings: [], memo: 1 },
    'idempotency_key_missing',
    [`${AT}/idempotency_key`, `${AT}/postings`, `${AT}/memo`],
  ],
] as const)('%j is refused as %s at %j', (item, code, pointers) => {
  const problem = readItem(item, 3, true);
  expect(problem).toBeInstanceOf(Problem);
  expect(problem).toMatchObject({ code, faults: pointers.map((pointer) => ({ pointer })) });
});
