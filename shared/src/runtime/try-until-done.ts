import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from './log.ts';
import type { Service } from './service.ts';

const RETRY_MS = 500;

export type AttemptOptions = {
  name: string;
  attempt: () => Promise<void>;
  /** What no further attempt can mend: thrown at once. */
  fatal: (error: unknown) => boolean;
  log: Logger;
};

/** A part of a process that starts once an attempt succeeds, so that what it asks may be down for a while. */
export function tryUntilDone(options: AttemptOptions): Service & { done(): boolean } {
  const { name, attempt, fatal, log } = options;
  const stopping = new AbortController();
  let done = false;
  return {
    name,
    done: () => done,
    async start() {
      while (!done && !stopping.signal.aborted) {
        try {
          await attempt();
          done = true;
        } catch (error) {
          if (fatal(error)) throw error;
          log.warn({ err: error, service: name }, 'cannot start yet; trying again');
          await delay(RETRY_MS, undefined, { signal: stopping.signal }).catch(() => {});
        }
      }
    },
    async stop() {
      stopping.abort();
    },
  };
}
