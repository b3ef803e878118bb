import type { WorkerMetrics } from '@razao/shared/runtime/metrics.ts';
import type { Commit } from './commit/commit-batch.ts';

/** Counts what a commit made of its commands. */
export function countCommit(metrics: WorkerMetrics, shardNumber: number, commit: Commit): void {
  const shard = String(shardNumber);
  let posted = 0;
  let redelivered = 0;
  for (const { outcome, replay, conflict } of commit.results) {
    if (conflict) metrics.lateConflicts.inc({ shard });
    if (replay) redelivered += 1;
    else if (outcome.rejection) metrics.rejected.inc({ shard, code: outcome.rejection.code });
    else posted += 1;
  }
  metrics.batchCommands.observe({ shard }, commit.results.length);
  metrics.posted.inc({ shard }, posted);
  metrics.redelivered.inc({ shard }, redelivered);
}
