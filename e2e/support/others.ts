import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { expect } from 'vitest';
import type { Latency } from './flood.ts';
import { residentKib } from './process-cost.ts';
import { report } from './verify-flood.ts';

/**
 * Of the few hundred requests of a test p99 is nearly the slowest, and the greedy share the cores with those who measure. What is
 * held up by a body, a queue or a timeout takes longer still.
 */
const P99_MS_MAX = 5_000;

/** While `work` goes on, a client that behaves sends a hundred writes a second, and notices nothing. */
export async function othersUnharmed(
  api: string,
  ledger: string,
  work: () => Promise<void>,
): Promise<void> {
  const thread = new Worker(new URL('./others-thread.ts', import.meta.url), {
    workerData: { urls: [api], ledger, connections: 4, perSecond: 100 },
  });
  await once(thread, 'message');
  const seen = once(thread, 'message') as Promise<[{ latency: Latency; refused: string[] }]>;
  try {
    await work();
  } finally {
    thread.postMessage('stop');
  }
  const [{ latency, refused }] = await seen;
  report('meanwhile', { others: latency });
  expect(refused).toEqual([]);
  expect(latency.count).toBeGreaterThan(0);
  expect(latency.p99).toBeLessThan(P99_MS_MAX);
}

/** By how many KiB a process has grown since. */
export function growthOf(process: { pid: number | null; name: string } | undefined): () => number {
  if (!process) throw new Error('there is no such process');
  const before = residentKib(process);
  return () => residentKib(process) - before;
}
