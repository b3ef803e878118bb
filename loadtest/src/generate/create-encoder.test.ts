import { expect, test } from 'vitest';
import { createEncoder } from './create-encoder.ts';
import { transferBody } from './transfer-body.ts';

test('a request is complete, and its length is that of its body', () => {
  const encode = createEncoder({ apiUrl: 'http://127.0.0.1:3000', ledger: 'load', key: 'secret' });
  const body = transferBody(['world', 'a:1'], { source: 0, destination: 1, amount: 12 });
  expect(encode('key-1', body)).toBe(
    'POST /v1/ledgers/load/transactions HTTP/1.1\r\nHost: 127.0.0.1:3000\r\nConnection: keep-alive\r\n' +
      'Authorization: Bearer secret\r\nContent-Type: application/json\r\nIdempotency-Key: key-1\r\n' +
      'Content-Length: 83\r\n\r\n' +
      '{"postings":[{"source":"world","destination":"a:1","asset":"BRL/2","amount":"12"}]}',
  );
});

test('a bulk has no key of its own and goes below', () => {
  const encode = createEncoder({ apiUrl: 'http://127.0.0.1:3000', ledger: 'load', key: 'secret' });
  expect(encode(null, '{}', '/bulk')).toBe(
    'POST /v1/ledgers/load/transactions/bulk HTTP/1.1\r\nHost: 127.0.0.1:3000\r\nConnection: keep-alive\r\n' +
      'Authorization: Bearer secret\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}',
  );
});
