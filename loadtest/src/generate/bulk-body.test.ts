import { expect, test } from 'vitest';
import { bulkBody } from './bulk-body.ts';

test('each transfer stands behind its key, in order', () => {
  const request = [
    { key: 'k1', source: 0, destination: 1, amount: 12, outcome: 'posted' as const },
    { key: 'k2', source: 1, destination: 0, amount: 3, outcome: 'posted' as const },
  ];
  const posting = (source: string, destination: string, amount: string) => ({
    source,
    destination,
    asset: 'BRL/2',
    amount,
  });
  expect(JSON.parse(bulkBody(['world', 'a:1'], request, true))).toEqual({
    atomic: true,
    transactions: [
      { idempotency_key: 'k1', postings: [posting('world', 'a:1', '12')] },
      { idempotency_key: 'k2', postings: [posting('a:1', 'world', '3')] },
    ],
  });
});
