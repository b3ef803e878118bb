import type { Bare } from '../bare/measure-bare.ts';
import type { Latency } from '../drive/summarise-latency.ts';
import type { BulkPlan } from '../generate/create-traffic.ts';
import type { Storage } from '../outside/read-storage.ts';
import type { Usage } from '../watch/create-meter.ts';

/** What a run of `spread`, `hot` or `bulk` found. The deposits that fund the accounts before it are in none of the numbers. */
export type LoadResult = {
  scenario: 'spread' | 'hot' | 'bulk';
  /** How the transactions were sent together; null: one in each request. */
  bulk: BulkPlan | null;
  ledger: string;
  connections: number;
  accounts: number;
  /** From the first request until no more were made. */
  seconds: number;
  /** Of the answers 2xx to a write. */
  latencyMs: Latency;
  accepted: number;
  acceptedPerSecond: number;
  posted: number;
  /** Posted transactions by the time from the first request until the queue was empty. */
  postedPerSecond: number;
  /** What the posted transactions moved in all, in minor units. */
  moved: string;
  rejected: number;
  /** From the last request until the queue was empty. */
  drainSeconds: number;
  /** Accepted ones whose first try had no answer, so that they were sent again after the run with the same key. */
  settled: number;
  /** Answered 429 or 503 overloaded: nothing was stored. */
  refused: number;
  statuses: Record<number, number>;
  /** Lost connections and timeouts, by kind. */
  errors: Record<string, number>;
  /** From the first request until the queue was empty. */
  processes: Usage[];
  /** Bytes that each accepted transaction added to the stores. */
  storage: Storage;
  /** Requests a second of a bare route in the same minute. */
  bare: Bare;
  /** What verification found to differ, a line each. */
  problems: string[];
};
