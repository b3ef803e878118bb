import { expect, test } from 'vitest';
import { countAccepted } from './support/bulk-flood.ts';
import { fillWithFinished } from './support/full-of-finished.ts';

const MIB = 1024 * 1024;
/** Ten minutes; `RAZAO_TEST_SECONDS` makes it shorter, with less memory. */
const SECONDS = Number(process.env['RAZAO_TEST_SECONDS'] ?? 600);

test('ten minutes of bulks at full speed into 512 MB of Redis: not one is refused below the limits of the queue', async () => {
  const until = performance.now() + SECONDS * 1_000;
  const flood = await fillWithFinished('full-of-finished-long', {
    memoryBytes: 512 * MIB * Math.min(1, Math.max(SECONDS / 600, 0.25)),
    ledgers: ['one', 'two', 'three', 'four'],
    clients: 16,
    goesOn: () => performance.now() < until,
  });
  expect(countAccepted(flood)).toBeGreaterThan(100 * SECONDS);
});
