import { expect, test } from 'vitest';
import { parseMeasureOptions } from './parse-measure-options.ts';

test('one experiment, or all, for so many seconds', () => {
  expect(parseMeasureOptions(['apply', '--seconds', '2'])).toEqual({
    experiments: ['apply'],
    seconds: 2,
  });
  expect(parseMeasureOptions(['all']).experiments).toEqual(['chunks', 'committers', 'apply']);
});

test.each([[[]], [['other']], [['apply', 'chunks']], [['all', '--seconds', '0']]])(
  'refuses %j',
  (args) => {
    expect(() => parseMeasureOptions(args)).toThrow();
  },
);
