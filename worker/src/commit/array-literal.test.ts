import { expect, test } from 'vitest';
import { arrayLiteral, jsonArrayLiteral } from './array-literal.ts';

test.each([
  ['{}', []],
  ['{1,2,-3}', [1, 2n, -3]],
  ['{NULL}', [null]],
  ['{"NULL"}', ['NULL']],
  ['{""}', ['']],
  ['{"",""}', ['', '']],
  ['{NULL,""}', [null, '']],
  ['{"a\\"b","a\\\\b","{a,b}"}', ['a"b', 'a\\b', '{a,b}']],
  ['{"\\"","\\"","\\\\"}', ['"', '"', '\\']],
])('values are written as %s', (literal, values) => {
  expect(arrayLiteral(values)).toBe(literal);
});

test('values are written as their JSON texts', () => {
  expect(jsonArrayLiteral([])).toBe('{}');
  expect(jsonArrayLiteral([null, [], { 'a"': 'b\\\n' }])).toBe(
    arrayLiteral([null, '[]', '{"a\\"":"b\\\\\\n"}']),
  );
});
