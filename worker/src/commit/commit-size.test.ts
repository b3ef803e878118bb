import { BATCH_COMMANDS_MAX, COMMIT_QUICK_MS_MAX } from '@razao/shared/contract/limits.ts';
import { transfer } from '@razao/shared/test/commands.ts';
import { describe, expect, test } from 'vitest';
import { CommitSize, halves } from './commit-size.ts';

const QUICK = COMMIT_QUICK_MS_MAX - 1;

describe('how large a commit may be', () => {
  test('has no limit until one was too slow; then half, and twice as much after each that was quick', () => {
    const size = new CommitSize();
    expect(size.allows(commands(BATCH_COMMANDS_MAX))).toBe(true);
    size.wasTooSlow(commands(400));
    expect(allowed(size)).toBe(200);
    size.succeeded(commands(200), QUICK);
    expect(allowed(size)).toBe(400);
    for (let i = 0; i < 4; i++) size.succeeded(commands(allowed(size)), QUICK);
    expect(size.allows(commands(2 * BATCH_COMMANDS_MAX))).toBe(true);
  });

  test('stays as it is after a commit that was slow, or so small that it proves nothing', () => {
    const size = new CommitSize();
    size.wasTooSlow(commands(400));
    size.succeeded(commands(200), QUICK + 1);
    size.succeeded(commands(100), QUICK);
    expect(allowed(size)).toBe(200);
  });

  test('is one command at least', () => {
    const size = new CommitSize();
    size.wasTooSlow(commands(1));
    size.wasTooSlow(commands(1));
    size.succeeded(commands(1), QUICK);
    size.succeeded(commands(1), QUICK);
    expect(allowed(size)).toBeGreaterThan(0);
  });
});

test.each([
  [[1, 1], 1],
  [[1, 1, 1], 2],
  [[1, 1, 1, 1], 2],
  [[9, 1, 1], 1],
  [[1, 1, 9], 2],
  [[1, 9, 1], 2],
  [[1, 1, 1, 9, 1, 1], 3],
  [[5, 1, 1, 1, 1, 1], 2],
])('groups of %j postings are parted after the first %d', (sizes, middle) => {
  const groups = sizes.map((size) => [
    transfer(1, Array.from({ length: size }, () => 'world>alice 1').join(' + ')),
  ]);
  expect(halves(groups)).toEqual([groups.slice(0, middle), groups.slice(middle)]);
});

function commands(count: number) {
  return Array.from({ length: count }, () => transfer(1, 'world>alice 1'));
}

/** How many commands of one posting it allows. */
function allowed(size: CommitSize): number {
  const many = commands(BATCH_COMMANDS_MAX);
  let count = 0;
  for (let step = 1_024; step >= 1; step /= 2)
    if (size.allows(many.slice(0, count + step))) count += step;
  return count;
}
