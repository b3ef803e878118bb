import { Redis } from 'ioredis';
import { REDIS_COMMAND_MS_MAX, REDIS_RETRY_MS } from '../contract/limits.ts';

const connectAgain = {
  // The default backs off up to two seconds and more: after an outage a process must be back at once.
  retryStrategy: () => REDIS_RETRY_MS,
  // One that loads its data is asked again by the same rule, and not after the time it has guessed that it needs.
  maxLoadingRetryTime: REDIS_RETRY_MS,
  connectTimeout: REDIS_COMMAND_MS_MAX,
  // It has become a replica: the primary may be found at the same address. The command itself was refused, and is not sent again.
  reconnectOnError: (error: Error) => error.message.startsWith('READONLY'),
};

/**
 * A connection for the API. A command fails at once when Redis is away, and is never sent a second time: the caller
 * answers 503 and the client tries again with the same key.
 */
export function openFailFastRedis(url: string): Redis {
  return quiet(
    new Redis(url, {
      ...connectAgain,
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      commandTimeout: REDIS_COMMAND_MS_MAX,
    }),
  );
}

/**
 * A connection for the committer: a command waits for Redis as long as it takes. Commands in flight when a connection
 * drops are sent again, which each of ours stands. BullMQ demands `maxRetriesPerRequest: null`.
 */
export function openPatientRedis(url: string): Redis {
  return quiet(new Redis(url, { ...connectAgain, maxRetriesPerRequest: null }));
}

/** Without a listener an error event would end the process; the state of the connection is what is looked at. */
function quiet(redis: Redis): Redis {
  redis.on('error', () => {});
  return redis;
}
