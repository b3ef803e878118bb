import { expect, test } from 'vitest';
import { addSeconds } from './turn.ts';

test('seconds are added to the microsecond', () => {
  expect(addSeconds('2026-12-31T23:59:58.000001Z', 3)).toBe('2027-01-01T00:00:01.000001Z');
  expect(addSeconds('2026-11-26T10:00:00.999999Z', 3_600)).toBe('2026-11-26T11:00:00.999999Z');
});
