import type { Redis } from 'ioredis';

/** A question that Redis is asked again and again. */
export type RegularQuestion = {
  /** Asks at once, unless an answer is waited for. */
  now(): void;
  stop(): void;
};

/**
 * Asks Redis now, every `ms` and whenever it is back; not while it is away, nor while an answer is waited for: a patient connection
 * keeps a question until then, and more of them would say no more. What fails is asked again.
 */
export function askRegularly(redis: Redis, ms: number, ask: () => Promise<void>): RegularQuestion {
  let pending = false;
  function now(): void {
    if (pending || redis.status !== 'ready') return;
    pending = true;
    ask()
      .catch(() => {})
      .finally(() => {
        pending = false;
      });
  }
  const timer = setInterval(now, ms);
  redis.on('ready', now);
  now();
  return {
    now,
    stop() {
      clearInterval(timer);
      redis.off('ready', now);
    },
  };
}
