import { READER_LEVEL } from '@razao/shared/contract/level.ts';
import { afterEach, expect, test } from 'vitest';
import { readConfig } from './config.ts';

const before = { ...process.env };
afterEach(() => {
  process.env = { ...before };
});

test('a worker may be made to understand less than its code does, and never more', () => {
  Object.assign(process.env, { DATABASE_URL: 'postgres://x', REDIS_URL: 'redis://x' });
  const levelOf = (text: string) => {
    process.env['RAZAO_READER_LEVEL'] = text;
    return readConfig().RAZAO_READER_LEVEL;
  };
  expect([levelOf(''), levelOf('0'), levelOf(String(READER_LEVEL))]).toEqual([
    undefined,
    0,
    READER_LEVEL,
  ]);
  for (const text of [String(READER_LEVEL + 1), '-1', '0.5', 'x'])
    expect(() => levelOf(text)).toThrow('RAZAO_READER_LEVEL');
});
