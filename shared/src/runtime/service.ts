import { setTimeout as delay } from 'node:timers/promises';
import { STOP_DEADLINE_MS } from '../contract/limits.ts';
import type { Logger } from './log.ts';

/** A part of a process. `start` returns once it works, `stop` once nothing of it is left; both may be called twice. */
export type Service = { name: string; start(): Promise<void>; stop(): Promise<void> };

/**
 * Runs a process: starts its parts in order, and on SIGTERM or SIGINT stops them in reverse order within a deadline, then
 * exits 0. A second signal exits at once. An error that nobody caught ends the process: its supervisor restarts it.
 */
export async function runServices(services: readonly Service[], log: Logger): Promise<void> {
  const crash = (error: unknown) => {
    log.fatal({ err: error }, 'uncaught error');
    process.exit(1);
  };
  process.on('uncaughtException', crash);
  process.on('unhandledRejection', crash);
  let stopping = false;
  const onSignal = (signal: NodeJS.Signals) => {
    if (stopping) process.exit(1);
    stopping = true;
    log.info({ signal }, 'stopping');
    void stopAll(services, log).then((clean) => process.exit(clean ? 0 : 1));
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
  for (const service of services) {
    if (stopping) return;
    await service.start();
    log.info({ service: service.name }, 'started');
  }
}

async function stopAll(services: readonly Service[], log: Logger): Promise<boolean> {
  const stopInOrder = async () => {
    for (const service of services.toReversed()) {
      await service
        .stop()
        .catch((error) => log.error({ err: error, service: service.name }, 'did not stop cleanly'));
    }
    return true;
  };
  const clean = await Promise.race([stopInOrder(), delay(STOP_DEADLINE_MS, false, { ref: false })]);
  if (!clean) log.error({ deadline_ms: STOP_DEADLINE_MS }, 'not stopped within the deadline');
  return clean;
}
