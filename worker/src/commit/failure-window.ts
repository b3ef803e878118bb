import { PROCESSING_FAILED_PER_MINUTE_MAX } from '@razao/shared/contract/limits.ts';

const MINUTE_MS = 60_000;

/** Counts what could not be processed, an atomic bulk once: more than a few within a minute are no accident of theirs. */
export function createFailureWindow(now: () => number = Date.now): {
  add(): void;
  full(): boolean;
} {
  let times: number[] = [];
  return {
    add: () => times.push(now()),
    full() {
      times = times.filter((time) => now() - time < MINUTE_MS);
      return times.length >= PROCESSING_FAILED_PER_MINUTE_MAX;
    },
  };
}
