import { expect, test } from 'vitest';
import { CLOCK_SKEW_MS_MAX } from '../contract/limits.ts';
import { createClock } from './clock.ts';
import { createRegistry, measureClockSkew } from './metrics.ts';

const HOUR = 3_600_000;

test("before Postgres has answered the process's own clock is all there is, and is not trusted", () => {
  const clock = createClock(() => 5_000);
  expect([clock.now(), clock.errorMs(), clock.skewMs()]).toEqual([5_000, 0, null]);
  expect(clock.fault()).toBe('the time of Postgres is not known yet');
});

test.each([
  [0, null],
  [CLOCK_SKEW_MS_MAX - 1_000, null],
  [1_000 - CLOCK_SKEW_MS_MAX, null],
  [42_000, "the clock of this machine is 42 s ahead of Postgres's"],
  [-42_000, "the clock of this machine is 42 s behind Postgres's"],
])('a clock that is ahead by %i ms decides nothing; its fault is %j', async (ahead, fault) => {
  const clock = createClock(() => Date.now() + ahead);
  await tell(clock);
  expect(Math.abs(clock.now() - Date.now())).toBeLessThan(500);
  expect(Math.abs((clock.skewMs() ?? HOUR) - ahead)).toBeLessThan(500);
  expect(clock.fault()).toBe(fault);
});

test('a clock that is set while the process runs changes nothing but the skew', async () => {
  let ahead = 0;
  const clock = createClock(() => Date.now() + ahead);
  await tell(clock);
  ahead = HOUR;
  expect(Math.abs(clock.now() - Date.now())).toBeLessThan(500);
  expect(clock.fault()).toMatch(/ahead of/);
});

test('the skew is a metric, with no value while it is not known', async () => {
  const registry = createRegistry();
  const clock = createClock(() => Date.now() - 7_000);
  measureClockSkew(registry, clock);
  expect(await registry.metrics()).not.toMatch(/^razao_clock_skew_seconds /m);
  await tell(clock);
  const [, seconds] = /^razao_clock_skew_seconds (\S+)$/m.exec(await registry.metrics()) ?? [];
  expect(Number(seconds)).toBeCloseTo(-7, 0);
});

function tell(clock: ReturnType<typeof createClock>) {
  return clock.measure(async () => ({ rows: [{ now_ms: Date.now() }] }));
}
