import { expect, test } from 'vitest';
import { readEtags } from './etags.ts';

test.each([
  [undefined, null],
  ['', []],
  ['*', ['*']],
  [' * ', ['*']],
  ['"a"', ['a']],
  ['""', ['']],
  ['W/"a"', ['a']],
  ['"a", W/"b","c"', ['a', 'b', 'c']],
  ['"a,b"', ['a,b']],
  ['"*"', ['*']],
  ['a', []],
  ['"a', []],
])('the tags of %s are %j', (header, tags) => {
  expect(readEtags(header)).toEqual(tags);
});
