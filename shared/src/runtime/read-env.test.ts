import { expect, test } from 'vitest';
import { z } from 'zod';
import { commonEnv, portEnv } from './env-schema.ts';
import { readEnv } from './read-env.ts';

const schema = z.object({ ...commonEnv, PORT: portEnv(3000) });
const urls = { DATABASE_URL: 'postgres://x', REDIS_URL: 'redis://x' };

test('what is not set has its default', () => {
  expect(readEnv(schema, { ...urls, UNRELATED: 'x' })).toEqual({
    ...urls,
    HOST: '127.0.0.1',
    SHARDS: 4,
    DURABILITY: 'checked',
    LOG_LEVEL: 'info',
    PORT: 3000,
  });
});

test('what is set but empty counts as not set', () => {
  expect(readEnv(schema, { ...urls, SHARDS: '', HOST: '' })).toMatchObject({
    SHARDS: 4,
    HOST: '127.0.0.1',
  });
  expect(() => readEnv(schema, { ...urls, REDIS_URL: '' })).toThrow('REDIS_URL');
});

test('numbers are read as numbers', () => {
  expect(readEnv(schema, { ...urls, SHARDS: '16', PORT: '8080' })).toMatchObject({
    SHARDS: 16,
    PORT: 8080,
  });
});

test.each([
  ['SHARDS', '0'],
  ['SHARDS', '257'],
  ['SHARDS', '1.5'],
  ['SHARDS', 'four'],
  ['PORT', '65536'],
  ['PORT', '0'],
  ['DURABILITY', 'none'],
  ['LOG_LEVEL', 'loud'],
])('%s=%s is refused by its name', (name, value) => {
  expect(() => readEnv(schema, { ...urls, [name]: value })).toThrow(`\n  ${name}: `);
});

test('all faults are named at once, each on a line, and no value is repeated', () => {
  const read = () =>
    readEnv(schema, { DATABASE_URL: 'postgres://u:secret@x', SHARDS: '-1', PORT: 'x' });
  expect(read).toThrow(
    /^the environment is not valid:\n {2}REDIS_URL: .*\n {2}SHARDS: .*\n {2}PORT: .*$/,
  );
  expect(read).not.toThrow(/secret/);
});

test('what was read cannot be changed', () => {
  expect(Object.isFrozen(readEnv(schema, urls))).toBe(true);
});
