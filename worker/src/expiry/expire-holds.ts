import { setTimeout as delay } from 'node:timers/promises';
import { EXPIRY_BUSY_SWEEP_MS, EXPIRY_SWEEP_MS } from '@razao/shared/contract/limits.ts';
import type { Logger } from '@razao/shared/runtime/log.ts';
import type { WorkerMetrics } from '@razao/shared/runtime/metrics.ts';
import type { Service } from '@razao/shared/runtime/service.ts';
import { createFaultLog } from './fault-log.ts';
import { type HoldSession, openHoldSession } from './hold-session.ts';
import { CannotSend, createExpirySender, type ExpirySenderDeps } from './send-expiries.ts';
import { createSweep, type SweepEnd } from './sweep.ts';

const STOP_MS_MAX = 500;
const PAUSES = { 'at once': 0, soon: EXPIRY_BUSY_SWEEP_MS, later: EXPIRY_SWEEP_MS };

export type ExpirySweeperDeps = Omit<ExpirySenderDeps, 'metrics'> & {
  databaseUrl: string;
  installation: string;
  metrics: Pick<WorkerMetrics, 'expiriesSent' | 'holdsOverdue'>;
  log: Pick<Logger, 'info' | 'warn'>;
  /** Waits between sweeps. */
  sleep?: typeof delay;
};

/**
 * Ends holds whose time is over: finds them in Postgres and sends a command for each through the queue, where it takes its
 * turn among captures and releases. Every process may do so at once, since a hold's command is the same whoever sends it.
 */
export function createExpirySweeper(deps: ExpirySweeperDeps): Service {
  const { databaseUrl, installation, metrics, log, sleep = delay } = deps;
  const stopping = new AbortController();
  const sender = createExpirySender(deps);
  const sweep = createSweep(sender, (seconds) => metrics.holdsOverdue.set(seconds));
  const faults = createFaultLog(log);
  let running: Promise<void> | undefined;

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      await sweepWhileConnected().catch((error) => {
        metrics.holdsOverdue.remove();
        if (!stopping.signal.aborted) faults.report('Postgres does not say which are due', error);
      });
      await pause(EXPIRY_SWEEP_MS);
    }
    await sender.close();
  }

  async function sweepWhileConnected(): Promise<void> {
    const session = await openHoldSession(databaseUrl, installation);
    try {
      while (!stopping.signal.aborted) await pause(PAUSES[await sweepOnce(session)]);
    } finally {
      session.close();
    }
  }

  async function sweepOnce(session: HoldSession): Promise<SweepEnd['next']> {
    try {
      const { refusal, next } = await sweep(session);
      if (refusal !== undefined) faults.report(refusal);
      return next;
    } catch (error) {
      if (!(error instanceof CannotSend)) throw error;
      faults.report(error.message, error.cause);
      return 'later';
    }
  }

  async function pause(ms: number): Promise<void> {
    if (ms > 0) await sleep(ms, undefined, { signal: stopping.signal }).catch(() => {});
  }

  return {
    name: 'expiry',
    async start() {
      running ??= run();
    },
    async stop() {
      stopping.abort();
      // Neither store is waited for: what was not sent is found again.
      await Promise.race([running, delay(STOP_MS_MAX, undefined, { ref: false })]);
    },
  };
}
