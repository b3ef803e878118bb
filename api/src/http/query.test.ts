import { Problem } from '@razao/shared/contract/problems.ts';
import { expect, test } from 'vitest';
import { honoRequest } from '../../test/hono-request.ts';
import { readQuery } from './query.ts';

const parsers = { n: (text: string) => (/^\d+$/.test(text) ? Number(text) : undefined) };

test.each([
  ['', {}],
  ['?', {}],
  ['?n=5', { n: 5 }],
  ['?n=%35', { n: 5 }],
])('"%s" is read as %j', (query, values) => {
  expect(readQuery(honoRequest({}, { path: `/${query}` }), parsers)).toEqual(values);
});

test.each([
  ['?m=5', ['m is not a known parameter']],
  ['?N=5', ['N is not a known parameter']],
  ['?toString=5', ['toString is not a known parameter']],
  ['?__proto__=5', ['__proto__ is not a known parameter']],
  ['?n', ['n is not valid']],
  ['?n=', ['n is not valid']],
  ['?n=x', ['n is not valid']],
  ['?n=5&n=5', ['n is given more than once']],
  ['?m=5&n=x', ['m is not a known parameter', 'n is not valid']],
])('"%s" is refused: %j', (query, faults) => {
  expect(faultsOf(query)).toEqual(faults);
});

function faultsOf(query: string): string[] {
  try {
    readQuery(honoRequest({}, { path: `/${query}` }), parsers);
    return [];
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    expect(error.code).toBe('invalid_request');
    return error.faults.map((fault) => {
      return `${(fault as { parameter: string }).parameter} ${fault.detail}`;
    });
  }
}
