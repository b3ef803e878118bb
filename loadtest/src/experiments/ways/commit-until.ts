import { createHistogram, type RecordableHistogram } from 'node:perf_hooks';
import { errorCode } from '@razao/worker/commit/error-class.ts';

/** What several writers did until the time was up. */
export type Committed = {
  /** Transactions. */
  count: number;
  /** Of each commit, from its first statement to the answer, in µs. */
  latency: RecordableHistogram;
  /** Failed tries by SQLSTATE; each was tried again. */
  errors: Map<string, number>;
};

/** Makes up its next commit, which may be called again when it fails; null when there is nothing left to commit. */
export type Writer = () => (() => Promise<unknown>) | null;

const TRIES_MAX = 100;

/** Lets every writer make one commit of `size` transactions after the other until the time is up. */
export async function commitUntil(
  seconds: number,
  size: number,
  writers: readonly Writer[],
): Promise<Committed> {
  const committed = { count: 0, latency: createHistogram(), errors: new Map<string, number>() };
  const until = performance.now() + seconds * 1000;
  const write = async (prepare: Writer) => {
    while (performance.now() < until) {
      const commit = prepare();
      if (commit === null) return;
      const startedAt = performance.now();
      await untilItSucceeds(commit, committed.errors);
      committed.latency.record(Math.max(1, Math.round((performance.now() - startedAt) * 1000)));
      committed.count += size;
    }
  };
  await Promise.all(writers.map(write));
  return committed;
}

async function untilItSucceeds(commit: () => Promise<unknown>, errors: Map<string, number>) {
  for (let tries = 1; ; tries++) {
    try {
      await commit();
      return;
    } catch (error) {
      const code = errorCode(error);
      errors.set(code, (errors.get(code) ?? 0) + 1);
      if (code === 'unknown' || tries === TRIES_MAX) throw error;
    }
  }
}
