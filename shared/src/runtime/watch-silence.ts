import type { Redis } from 'ioredis';
import { REDIS_HEARTBEAT_MS, REDIS_SILENT_MS_MAX } from '../contract/limits.ts';
import type { Logger } from './log.ts';
import { isReplica } from './redis-nature.ts';

/**
 * Asks Redis twice a second what it is, and connects anew where the connection is of no use any more: when it has said nothing
 * for some seconds, as one whose other end is gone without a word would else be waited on for many minutes; and when it has
 * become a replica, which `onReplica` is told of, as the primary may be found at the same address. Returns what ends the watch.
 */
export function watchSilence(
  redis: Redis,
  log: Logger,
  onReplica: () => void = () => {},
): () => void {
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
    const answered = (replica: boolean) => {
      if (askedAt !== mine) return;
      askedAt = null;
      if (!replica || redis.status !== 'ready') return;
      onReplica();
      redis.disconnect(true);
    };
    // An error that comes in time is an answer too, or the end of the connection; a timeout of the client's own is neither.
    isReplica(redis).then(answered, (error: Error) => {
      if (error.message !== 'Command timed out') answered(false);
    });
  }

  const timer = setInterval(beat, REDIS_HEARTBEAT_MS);
  return () => clearInterval(timer);
}
