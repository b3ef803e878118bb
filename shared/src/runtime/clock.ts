import { CLOCK_SKEW_MS_MAX } from '../contract/limits.ts';
import { createServerTime } from './server-time.ts';

/** A column for any query: Postgres's time in ms since the epoch. */
export const NOW_MS = 'extract(epoch from clock_timestamp())::float8 * 1000 as now_ms';

/**
 * The one clock by which instants are told and compared: Postgres's, as this process estimates it. The process's own clock
 * decides nothing: it may be wrong, and be set while the process runs.
 */
export type Clock = {
  /** Ms since the epoch. Before Postgres has answered for the first time: by the process's own clock. */
  now(): number;
  /** By how much `now` may be wrong, in ms. */
  errorMs(): number;
  /** Asks Postgres something that has `NOW_MS` among its columns, and takes its time from the first row. */
  measure<A extends { rows: { now_ms: number }[] }>(question: () => Promise<A>): Promise<A>;
  /** How far the process's own clock is ahead, in ms; null while that is not known. */
  skewMs(): number | null;
  /** Why instants cannot be trusted; null: they can. */
  fault(): string | null;
};

/** `own` is the process's clock, in ms since the epoch. */
export function createClock(own: () => number = Date.now): Clock {
  const postgres = createServerTime();

  function skewMs(): number | null {
    const reading = postgres.read();
    return reading && own() - reading.now;
  }

  return {
    now: () => postgres.read()?.now ?? own(),
    errorMs: () => postgres.read()?.errorMs ?? 0,
    measure: (question) => postgres.ask(question, ({ rows }) => rows[0]?.now_ms ?? Number.NaN),
    skewMs,
    fault() {
      const skew = skewMs();
      if (skew === null) return 'the time of Postgres is not known yet';
      if (Math.abs(skew) <= CLOCK_SKEW_MS_MAX) return null;
      const seconds = Math.round(Math.abs(skew) / 1_000);
      return `the clock of this machine is ${seconds} s ${skew > 0 ? 'ahead of' : 'behind'} Postgres's`;
    },
  };
}
