import type { Logger } from '@razao/shared/runtime/log.ts';

/** Says once that holds do not expire and why, and once that they do again, however often it is asked between. */
export type FaultLog = { report(fault: string | null, cause?: unknown): void };

export function createFaultLog(log: Pick<Logger, 'info' | 'warn'>): FaultLog {
  let known: string | null = null;
  return {
    report(fault, cause) {
      if (fault === known) return;
      known = fault;
      if (fault === null) log.info('holds expire again');
      else log.warn(cause === undefined ? {} : { err: cause }, `holds do not expire: ${fault}`);
    },
  };
}
