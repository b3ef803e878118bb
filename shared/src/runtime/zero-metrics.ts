import { PROBLEMS } from '../contract/problems.ts';
import { REJECTIONS } from '../contract/rejections.ts';
import type { ApiMetrics, WorkerMetrics } from './metrics.ts';

/** What a commit is mostly tried again for: a deadlock, a lock, a timeout, a full disk, no connection left, a cut connection. */
const SQLSTATES = ['40P01', '55P03', '57014', '53100', '53300', 'unknown'];

// A series that appears with its first event has no rate until the second: those whose labels are known begin at 0.

/** Begins the API's series. */
export function zeroApiMetrics(metrics: ApiMetrics): void {
  for (const code of Object.keys(PROBLEMS)) metrics.refused.inc({ code }, 0);
}

/** Begins a worker's series for every shard, whether it holds the shard or stands by. */
export function zeroWorkerMetrics(metrics: WorkerMetrics, shards: number): void {
  const { posted, redelivered, lateConflicts, rejected, retries, active, stopped } = metrics;
  const { expiriesSent, expiriesRepeated } = metrics;
  // The only one without labels, which would begin at 0 by itself: what nobody has looked for yet is not known to be none.
  metrics.holdsOverdue.remove();
  for (let number = 0; number < shards; number++) {
    const shard = String(number);
    for (const counter of [posted, redelivered, lateConflicts, expiriesSent, expiriesRepeated])
      counter.inc({ shard }, 0);
    for (const code of Object.keys(REJECTIONS)) rejected.inc({ shard, code }, 0);
    for (const sqlstate of SQLSTATES) retries.inc({ shard, sqlstate }, 0);
    for (const gauge of [active, stopped, metrics.chunksTooNew]) gauge.set({ shard }, 0);
    for (const histogram of [metrics.batchCommands, metrics.commitSeconds, metrics.publishSeconds])
      histogram.zero({ shard });
  }
}
