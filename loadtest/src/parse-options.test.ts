import { expect, test } from 'vitest';
import { parseOptions } from './parse-options.ts';

test('a scenario alone gets its defaults', () => {
  expect(parseOptions(['hot'])).toEqual({
    scenario: 'hot',
    connections: 64,
    seconds: 20,
    accounts: 10_000,
    bulk: null,
    ledgers: 1,
    pairs: null,
    url: null,
    own: false,
    jsonFile: null,
  });
  expect(parseOptions(['hot', '--own']).own).toBe(true);
  expect(parseOptions(['duplicates'])).toMatchObject({ connections: 200, seconds: 10 });
  expect(parseOptions(['mix'])).toMatchObject({ connections: 16, seconds: 20, bulk: null });
});

test('a bulk has a size, and may be atomic or go in opposite ways', () => {
  const bulk = { size: 100, atomic: false, opposite: false };
  expect(parseOptions(['bulk'])).toMatchObject({ connections: 16, accounts: 10_000, bulk });
  expect(parseOptions(['bulk', '--size', '7', '--atomic']).bulk).toMatchObject({
    size: 7,
    atomic: true,
  });
  expect(parseOptions(['bulk', '--ledgers', '4']).ledgers).toBe(4);
  expect(parseOptions(['bulk', '--opposite'])).toMatchObject({
    accounts: 4,
    bulk: { ...bulk, opposite: true },
  });
});

test('every option is read, a URL down to its origin', () => {
  const given =
    'spread --connections 8 --seconds 3 --accounts 50 --pairs 2 --url http://127.0.0.1:3000/ --json out.json';
  expect(parseOptions(given.split(' '))).toEqual({
    scenario: 'spread',
    connections: 8,
    seconds: 3,
    accounts: 50,
    bulk: null,
    ledgers: 1,
    pairs: 2,
    url: 'http://127.0.0.1:3000',
    own: false,
    jsonFile: 'out.json',
  });
});

test.each([
  ['', 'name one scenario'],
  ['cold', 'name one scenario'],
  ['spread hot', 'name one scenario'],
  ['spread --seconds 0', '--seconds takes'],
  ['spread --seconds 1.5', '--seconds takes'],
  ['spread --accounts 1', '--accounts takes'],
  ['spread --url 127.0.0.1:3000', '--url takes'],
  ['duplicates --pairs 3', '--pairs compares'],
  ['bulk --pairs 3', '--pairs compares'],
  ['bulk --size 1001', '--size takes'],
  ['spread --atomic', 'are for bulk'],
  ['mix --size 3', 'are for bulk'],
  ['hot --own --url http://127.0.0.1:3000', 'exclude each other'],
  ['spread --fast', '--fast'],
])('%j is refused', (line, reason) => {
  expect(() => parseOptions(line.split(' ').filter(Boolean))).toThrow(reason);
});
