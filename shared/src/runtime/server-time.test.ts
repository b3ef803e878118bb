import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CLOCK_SAMPLE_MS_MAX } from '../contract/limits.ts';
import { createServerTime } from './server-time.ts';

const EPOCH = 1_790_000_000_000;

test('nothing is known before the first answer, nor after an answer that tells no time', async () => {
  const { time, ask } = open();
  expect(time.read()).toBeNull();
  await ask(1, 1, Number.NaN);
  expect(time.read()).toBeNull();
});

test('an answer is taken for half way, and goes on by the monotonic clock', async () => {
  const { time, ask, pass, now } = open();
  await ask(30, 10);
  expect(time.read()).toEqual({ now: now() + 10, errorMs: 20 });
  pass(5_000);
  expect(time.read()).toEqual({ now: now() + 10, errorMs: 20 });
});

test('the fastest answer of the last seconds counts', async () => {
  const { time, ask, pass } = open();
  await ask(1, 1);
  await ask(300, 10);
  expect(time.read()?.errorMs).toBe(1);
  pass(CLOCK_SAMPLE_MS_MAX);
  await ask(200, 10);
  expect(time.read()?.errorMs).toBe(105);
});

test('what is known is kept while nobody answers', async () => {
  const { time, ask, pass, now } = open();
  await ask(2, 2);
  await expect(time.ask(() => Promise.reject(new Error('gone')), Number)).rejects.toThrow('gone');
  pass(3_600_000);
  expect(time.read()).toEqual({ now: now(), errorMs: 2 });
});

test('a clock that was set is believed at once, however fast the answers before came', async () => {
  const { time, ask, now } = open();
  await ask(1, 1);
  await ask(50, 50, 600_000);
  expect(time.read()).toEqual({ now: now() + 600_000, errorMs: 50 });
  await ask(1, 1, 600_000);
  expect(time.read()).toEqual({ now: now() + 600_000, errorMs: 1 });
});

test('after another server may answer nothing is known', async () => {
  const { time, ask } = open();
  await ask(1, 1);
  time.forget();
  expect(time.read()).toBeNull();
});

test('whatever the ways take, the time is known as well as is said', () =>
  fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.nat(2_000), fc.nat(2_000), fc.nat(3_000)), {
        minLength: 1,
        maxLength: 20,
      }),
      async (ways) => {
        const { time, ask, pass, now } = open();
        for (const [there, back, pause] of ways) {
          await ask(there, back);
          pass(pause);
          const reading = time.read();
          const wrong = Math.abs((reading?.now ?? 0) - now());
          expect(wrong).toBeLessThanOrEqual(reading?.errorMs ?? -1);
        }
      },
    ),
  ));

/** A server whose clock shows EPOCH when the monotonic one shows 0. */
function open() {
  let monotonic = 0;
  const time = createServerTime(() => monotonic);
  return {
    time,
    now: () => EPOCH + monotonic,
    pass(ms: number) {
      monotonic += ms;
    },
    /** A question that takes so long, and its answer. */
    ask: (there: number, back: number, ahead = 0) =>
      time.ask(async () => {
        monotonic += there;
        const told = EPOCH + monotonic + ahead;
        monotonic += back;
        return told;
      }, Number),
  };
}
