import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Clock } from './clock.ts';

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const SIZES = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000];

/** A registry with what Node itself measures: event-loop lag, memory, CPU, garbage collection. */
export function createRegistry(): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return registry;
}

/** How far the process's clock is from Postgres's; no value while that is not known. */
export function measureClockSkew(registry: Registry, clock: Pick<Clock, 'skewMs'>): void {
  new Gauge({
    name: 'razao_clock_skew_seconds',
    help: "How far the clock of the process is ahead of Postgres's; beyond 30 s it is not ready",
    registers: [registry],
    collect() {
      const skew = clock.skewMs();
      if (skew === null) this.remove();
      else this.set(skew / 1_000);
    },
  });
}

/** How far the last postings of ledgers lie ahead of Postgres's clock, by shard. */
export function measurePostedAtAhead(registry: Registry, ahead: () => Map<number, number>): void {
  new Gauge({
    name: 'razao_posted_at_ahead_seconds',
    help: "How far the last posting of a ledger lies ahead of Postgres's clock: until then posted_at stands still",
    labelNames: ['shard'],
    registers: [registry],
    collect() {
      for (const [shard, seconds] of ahead()) this.set({ shard: String(shard) }, seconds);
    },
  });
}

export type ApiMetrics = ReturnType<typeof createApiMetrics>;

/** What the API measures. */
export function createApiMetrics(registry: Registry) {
  const registers = [registry];
  return {
    requests: new Histogram({
      name: 'razao_http_request_seconds',
      help: 'Requests by method, route and status, with the time until the answer was ready',
      labelNames: ['method', 'route', 'status'],
      buckets: SECONDS,
      registers,
    }),
    chunkCommands: new Histogram({
      name: 'razao_chunk_commands',
      help: 'Commands in each chunk that was queued',
      buckets: SIZES,
      registers,
    }),
    flushSeconds: new Histogram({
      name: 'razao_intake_flush_seconds',
      help: 'Time to admit and queue one chunk',
      buckets: SECONDS,
      registers,
    }),
    accepted: new Counter({
      name: 'razao_accepted_total',
      help: 'Commands accepted for the first time',
      registers,
    }),
    replays: new Counter({
      name: 'razao_replays_total',
      help: 'Writes answered as replays',
      registers,
    }),
    conflicts: new Counter({
      name: 'razao_conflicts_total',
      help: 'Writes refused since their idempotency key was used for another command',
      registers,
    }),
    refused: new Counter({
      name: 'razao_refused_total',
      help: 'Writes refused before admission, by problem code',
      labelNames: ['code'],
      registers,
    }),
    waiters: new Gauge({
      name: 'razao_waiters',
      help: 'Requests that wait for an outcome',
      registers,
    }),
    pending: new Gauge({
      name: 'razao_intake_pending',
      help: 'Commands gathered but not yet queued',
      registers,
    }),
    ...createLimitGauges(registers),
  };
}

/** What writes are refused by, beside the bound. */
function createLimitGauges(registers: Registry[]) {
  return {
    queueCommandsMax: new Gauge({
      name: 'razao_queue_commands_max',
      help: 'Commands that may wait in a shard before writes to it are refused; one ledger alone may have half',
      registers,
    }),
    queueBytesMax: new Gauge({
      name: 'razao_queue_bytes_max',
      help: 'Bytes that may wait in a shard before writes to it are refused; one ledger alone may have half',
      registers,
    }),
    redisBytes: new Gauge({
      name: 'razao_redis_memory_bytes',
      help: 'Memory that Redis uses; writes are refused once what waits takes 70 % of its limit',
      registers,
    }),
    redisBytesMax: new Gauge({
      name: 'razao_redis_memory_max_bytes',
      help: 'Memory that Redis may use; 0 where it does not tell',
      registers,
    }),
  };
}

export type WorkerMetrics = ReturnType<typeof createWorkerMetrics>;

/** What a worker measures. */
export function createWorkerMetrics(registry: Registry) {
  const registers = [registry];
  const labelNames = ['shard'] as const;
  return {
    posted: new Counter({
      name: 'razao_posted_total',
      help: 'Transactions posted',
      labelNames,
      registers,
    }),
    rejected: new Counter({
      name: 'razao_rejected_total',
      help: 'Transactions rejected, by code',
      labelNames: ['shard', 'code'],
      registers,
    }),
    redelivered: new Counter({
      name: 'razao_redelivered_total',
      help: 'Commands that were in the ledger already when their turn came',
      labelNames,
      registers,
    }),
    lateConflicts: new Counter({
      name: 'razao_late_conflicts_total',
      help: 'Accepted commands whose idempotency key had been used for another one before the window',
      labelNames,
      registers,
    }),
    ...createHoldMetrics(registers),
    ...createQueueMetrics(registers),
    batchCommands: new Histogram({
      name: 'razao_batch_commands',
      help: 'Commands in each commit',
      labelNames,
      buckets: SIZES,
      registers,
    }),
    commitSeconds: new Histogram({
      name: 'razao_commit_seconds',
      help: 'Time of one commit, from begin to its acknowledgement',
      labelNames,
      buckets: SECONDS,
      registers,
    }),
    publishSeconds: new Histogram({
      name: 'razao_publish_seconds',
      help: 'Time to publish one commit to Redis',
      labelNames,
      buckets: SECONDS,
      registers,
    }),
    retries: new Counter({
      name: 'razao_commit_retries_total',
      help: 'Commits that failed for a reason of the infrastructure and were tried again, by SQLSTATE',
      labelNames: ['shard', 'sqlstate'],
      registers,
    }),
    active: new Gauge({
      name: 'razao_committer_active',
      help: '1 where this process holds the lock',
      labelNames,
      registers,
    }),
    stopped: new Gauge({
      name: 'razao_shard_stopped',
      help: '1 where a shard stopped after too many commands that could not be processed: a person must look',
      labelNames,
      registers,
    }),
    chunks: new Gauge({
      name: 'razao_queue_chunks',
      help: 'Chunks in the queue by state; failed and aside must be 0',
      labelNames: ['shard', 'state'],
      registers,
    }),
  };
}

/** What waits, and what is kept of what is finished. */
function createQueueMetrics(registers: Registry[]) {
  const labelNames = ['shard'] as const;
  return {
    backlogCommands: new Gauge({
      name: 'razao_queue_commands',
      help: 'Commands that wait to be posted',
      labelNames,
      registers,
    }),
    backlogBytes: new Gauge({
      name: 'razao_queue_bytes',
      help: 'Bytes that Redis needs for what waits to be posted',
      labelNames,
      registers,
    }),
    chunksTooNew: new Gauge({
      name: 'razao_chunks_too_new',
      help: '1 where this process waits for a newer version of the worker, as the oldest chunk of the shard needs one',
      labelNames,
      registers,
    }),
    windowSeconds: new Gauge({
      name: 'razao_idempotency_window_seconds',
      help: 'For how long Redis knows what is published now; shorter than IDEMPOTENCY_WINDOW while memory is short, 0 where it is nearly full',
      registers,
    }),
    windowSecondsMax: new Gauge({
      name: 'razao_idempotency_window_max_seconds',
      help: 'IDEMPOTENCY_WINDOW',
      registers,
    }),
    oldestSeconds: new Gauge({
      name: 'razao_queue_oldest_seconds',
      help: 'Age of the oldest chunk in the queue',
      labelNames,
      registers,
    }),
  };
}

/** How holds end whose time is over. */
function createHoldMetrics(registers: Registry[]) {
  const labelNames = ['shard'] as const;
  return {
    expiriesSent: new Counter({
      name: 'razao_expiries_sent_total',
      help: 'Expiries of holds sent to the queue; every process sends its own',
      labelNames,
      registers,
    }),
    expiriesRepeated: new Counter({
      name: 'razao_expiries_repeated_total',
      help: 'Expiries of holds that were in the ledger already when their turn came',
      labelNames,
      registers,
    }),
    holdsOverdue: new Gauge({
      name: 'razao_holds_overdue_seconds',
      help: 'For how long the time of the oldest open hold is over; 0 where no hold is overdue',
      registers,
    }),
  };
}
