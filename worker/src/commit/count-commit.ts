import type { WorkerMetrics } from '@razao/shared/runtime/metrics.ts';
import type { Commit } from './commit-batch.ts';

/** Counts what a commit made of its commands. */
export function countCommit(metrics: WorkerMetrics, shardNumber: number, commit: Commit): void {
  const shard = String(shardNumber);
  let posted = 0;
  let redelivered = 0;
  let repeated = 0;
  for (const { outcome, replay, conflict } of commit.results) {
    if (conflict) metrics.lateConflicts.inc({ shard });
    // Several processes send the same expiry: that it comes again is no sign of anything.
    if (replay && outcome.kind === 'expiry') repeated += 1;
    else if (replay) redelivered += 1;
    else if (outcome.rejection) metrics.rejected.inc({ shard, code: outcome.rejection.code });
    else posted += 1;
  }
  metrics.batchCommands.observe({ shard }, commit.results.length);
  metrics.posted.inc({ shard }, posted);
  metrics.redelivered.inc({ shard }, redelivered);
  metrics.expiriesRepeated.inc({ shard }, repeated);
}
