import type { Redis } from 'ioredis';
import { REDIS_HEARTBEAT_MS, REDIS_SILENT_MS_MAX } from '../contract/limits.ts';
import type { Logger } from './log.ts';

/**
 * Asks Redis twice a second whether it is there, and connects anew when it has said nothing for some seconds: a connection
 * whose other end is gone without a word would else be waited on for many minutes. Returns what ends the watch.
 */
export function watchSilence(redis: Redis, log: Logger): () => void {
  let askedAt: number | null = null;

  function beat(): void {
    if (redis.status !== 'ready') askedAt = null;
    else if (askedAt === null) ask();
    else if (performance.now() - askedAt > REDIS_SILENT_MS_MAX) {
      askedAt = null;
      log.warn({ silent_ms: REDIS_SILENT_MS_MAX }, 'Redis says nothing; connecting anew');
      redis.disconnect(true);
    }
  }

  function ask(): void {
    const mine = performance.now();
    askedAt = mine;
    const forget = () => {
      if (askedAt === mine) askedAt = null;
    };
    // An error that comes in time is an answer too, or the end of the connection; a timeout of the client's own is neither.
    redis.ping().then(forget, (error: Error) => {
      if (error.message !== 'Command timed out') forget();
    });
  }

  const timer = setInterval(beat, REDIS_HEARTBEAT_MS);
  return () => clearInterval(timer);
}
