import type { Latency } from '../drive/summarise-latency.ts';
import type { Usage } from '../watch/create-meter.ts';

/** What a run of `mix` found. What funds the accounts before it, and what releases holds after it, is in the outcomes only. */
export type MixResult = {
  scenario: 'mix';
  ledger: string;
  connections: number;
  seconds: number;
  /** Of the answers 2xx. */
  latencyMs: Latency;
  /** Commands, those in bulks too; expiries are not among them. */
  accepted: number;
  acceptedPerSecond: number;
  /** By the kind of the transaction: how many have which status, or were rejected with which code. */
  outcomes: Record<string, Record<string, number>>;
  /** How long after its time each expired hold had expired: seconds, at most. */
  expirySecondsMax: number;
  /** From the last request until every hold had ended. */
  closingSeconds: number;
  /** Requests that had no answer when the time was over, and were sent again. */
  settled: number;
  statuses: Record<number, number>;
  errors: Record<string, number>;
  processes: Usage[];
  /** What differs from what had to be, a line each. */
  problems: string[];
};
