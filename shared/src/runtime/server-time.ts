import { CLOCK_SAMPLE_MS_MAX } from '../contract/limits.ts';

/** How far two estimates may be apart although both are right: clocks are steered, by parts in a thousand at most. */
const STEER_MS = 10;

/** A server's time in ms since the epoch, and by how much that may be wrong. */
export type Reading = { now: number; errorMs: number };

/** What is known of a server's clock, whatever becomes of the process's own. */
export type ServerTime = {
  /** Null before the first answer, and after `forget`. What is known is kept while the server is away. */
  read(): Reading | null;
  /** Asks the server; `timeOf` finds its time in the answer, in ms since the epoch. Throws what `question` throws. */
  ask<T>(question: () => Promise<T>, timeOf: (answer: T) => number): Promise<T>;
  /** From now on another server may answer. */
  forget(): void;
};

/** An answer: the server's time lies within `errorMs` of the monotonic clock plus `offset`. */
type Sample = { offset: number; errorMs: number; at: number };

/**
 * Estimates a server's time from answers that told it, each taken for half way between question and answer. The one that came
 * fastest lately is the best. Answers that the newest one contradicts are forgotten: the server's clock was set, another
 * server has its name, or this machine was suspended.
 */
export function createServerTime(monotonic: () => number = () => performance.now()): ServerTime {
  let samples: Sample[] = [];
  let best: Sample | null = null;

  function note(sample: Sample): void {
    if (!Number.isFinite(sample.offset)) return;
    samples = samples.filter(
      (one) => sample.at - one.at < CLOCK_SAMPLE_MS_MAX && agree(one, sample),
    );
    samples.push(sample);
    best = samples.reduce((a, b) => (b.errorMs <= a.errorMs ? b : a));
  }

  return {
    read: () => best && { now: monotonic() + best.offset, errorMs: best.errorMs },
    async ask(question, timeOf) {
      const asked = monotonic();
      const answer = await question();
      const at = monotonic();
      note({ offset: timeOf(answer) - (asked + at) / 2, errorMs: (at - asked) / 2, at });
      return answer;
    },
    forget() {
      samples = [];
      best = null;
    },
  };
}

function agree(a: Sample, b: Sample): boolean {
  return Math.abs(a.offset - b.offset) <= a.errorMs + b.errorMs + STEER_MS;
}
