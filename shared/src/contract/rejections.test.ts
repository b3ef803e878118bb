import { describe, expect, test } from 'vitest';
import { REJECTIONS, type RejectionCode, rejection } from './rejections.ts';

const CODES = Object.keys(REJECTIONS) as RejectionCode[];
/** As the HTTP contract lists them. */
const CONTRACT = [
  'insufficient_funds',
  'balance_limit_exceeded',
  'account_frozen',
  'account_unknown',
  'asset_scale_mismatch',
  'hold_not_open',
  'hold_amount_exceeded',
  'target_unknown',
  'already_reverted',
  'revert_amount_exceeded',
  'amount_overflow',
  'condition_failed',
  'dependency_failed',
  'effective_before_target',
  'processing_failed',
];

describe('the catalogue of rejections', () => {
  test('has no code that the contract has not', () => {
    expect(CODES.filter((code) => !CONTRACT.includes(code))).toEqual([]);
  });

  test.each(CODES)('%s has a text of its own, in one line', (code) => {
    expect(REJECTIONS[code]).toMatch(/^[A-Z].*[^.]$/);
    expect(CODES.filter((other) => REJECTIONS[other] === REJECTIONS[code])).toEqual([code]);
  });
});

describe('a rejection', () => {
  test.each(CODES)('for %s carries its code and text and nothing else', (code) => {
    expect(rejection(code)).toStrictEqual({ code, detail: REJECTIONS[code] });
  });

  test('says what it is about', () => {
    const about = { account: 'alice', asset: 'BRL/2', available: '9', required: '10' };
    expect(rejection('insufficient_funds', about)).toStrictEqual({
      code: 'insufficient_funds',
      detail: REJECTIONS.insufficient_funds,
      ...about,
    });
  });
});
