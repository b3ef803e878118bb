import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { longId, SHORT_ID_CHARS, shortId } from './short-id.ts';

test('a UUID is its bytes as base64url, and comes back', () => {
  const ids = Array.from({ length: 1_000 }, () => randomUUID() as string);
  for (const id of [...ids, '00000000-0000-0000-0000-000000000000']) {
    const bytes = Buffer.from(id.replaceAll('-', ''), 'hex');
    expect(shortId(id)).toBe(bytes.toString('base64url'));
    expect(shortId(id.toUpperCase())).toBe(shortId(id));
    expect(shortId(id)).toHaveLength(SHORT_ID_CHARS);
    expect(longId(shortId(id))).toBe(id);
  }
});

test('any other text stays as it is', () => {
  for (const text of ['', 'a', 'intact', '00000000-0000-0000-0000-00000000000'])
    expect(shortId(text)).toBe(text);
});
