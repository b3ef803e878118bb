import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { createApiMetrics, createWorkerMetrics } from './metrics.ts';
import { zeroApiMetrics, zeroWorkerMetrics } from './zero-metrics.ts';

test('every refusal has a series before the first one', async () => {
  const registry = new Registry();
  zeroApiMetrics(createApiMetrics(registry));
  const text = await registry.metrics();
  expect(text).toContain('razao_refused_total{code="overloaded"} 0');
  expect(text).toContain('razao_refused_total{code="internal_error"} 0');
});

test('every shard has its series in every worker, whoever holds the lock', async () => {
  const registry = new Registry();
  zeroWorkerMetrics(createWorkerMetrics(registry), 2);
  const text = await registry.metrics();
  for (const shard of [0, 1]) {
    expect(text).toContain(`razao_posted_total{shard="${shard}"} 0`);
    expect(text).toContain(`razao_committer_active{shard="${shard}"} 0`);
    expect(text).toContain(`razao_commit_seconds_count{shard="${shard}"} 0`);
    expect(text).toMatch(
      new RegExp(`razao_rejected_total{shard="${shard}",code="processing_failed"} 0`),
    );
  }
  // An age or a depth that nobody has measured yet would be a lie.
  expect(text).not.toContain('razao_queue_oldest_seconds{');
  expect(text).not.toMatch(/^razao_holds_overdue_seconds/m);
  expect(text).not.toContain('shard="2"');
});
