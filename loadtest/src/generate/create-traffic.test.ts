import { expect, test } from 'vitest';
import { createTraffic, type TrafficPlan } from './create-traffic.ts';

const TARGET = { apiUrl: 'http://127.0.0.1:3000', ledger: 'load', key: 'secret' };

function traffic(plan: Partial<TrafficPlan>) {
  return createTraffic({ scenario: 'spread', accounts: 50, bulk: null, ...plan }, TARGET);
}

test('without a bulk each request is one transfer under its key', () => {
  const { next, write, encode } = traffic({});
  const request = next();
  expect(request).toHaveLength(1);
  expect(write(request)).toMatchObject({ below: '', key: request[0]?.key });
  expect(encode(request)).toContain('POST /v1/ledgers/load/transactions HTTP/1.1\r\n');
});

test('a bulk goes to its own path, without a key of its own', () => {
  const bulk = { size: 20, atomic: false, opposite: false };
  const { next, encode } = traffic({ scenario: 'bulk', bulk });
  const request = next();
  expect(request).toHaveLength(20);
  const text = encode(request);
  expect(text).toContain('POST /v1/ledgers/load/transactions/bulk HTTP/1.1\r\n');
  expect(text).not.toContain('Idempotency-Key');
});

test('one atomic bulk in a hundred is rejected, as one transfer in a hundred is elsewhere', () => {
  const rejected = (atomic: boolean) => {
    const bulk = { size: 100, atomic, opposite: false };
    const { next } = traffic({ scenario: 'bulk', accounts: 1000, bulk });
    const all = Array.from({ length: 2000 }, next).flat();
    return all.filter(({ outcome }) => outcome !== 'posted').length / all.length;
  };
  expect(rejected(false)).toBeCloseTo(0.01, 2);
  expect(rejected(true)).toBeCloseTo(0.01, 1);
  expect(rejected(true)).toBeGreaterThan(0.001);
});

test('opposite bulks reject nothing', () => {
  const bulk = { size: 100, atomic: true, opposite: true };
  const { next } = traffic({ scenario: 'bulk', accounts: 4, bulk });
  const all = Array.from({ length: 100 }, next).flat();
  expect(all.every(({ outcome }) => outcome === 'posted')).toBe(true);
});
