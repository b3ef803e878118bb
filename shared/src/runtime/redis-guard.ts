import type { Redis } from 'ioredis';
import type { Durability } from './env-schema.ts';
import type { Logger } from './log.ts';
import { IS_REPLICA, natureFault } from './redis-nature.ts';
import { watchSilence } from './watch-silence.ts';

const RECHECK_MS = 5_000;
const REQUIRED = {
  appendonly: 'yes',
  appendfsync: 'always',
  'no-appendfsync-on-rewrite': 'no',
  'maxmemory-policy': 'noeviction',
} as const;

/** Says whether a Redis connection may be worked with: it is up, it is a primary, and what it acknowledges is on disk. */
export type RedisGuard = {
  usable(): boolean;
  /** Why it may not be used; null when it may. */
  fault(): string | null;
  stop(): void;
};

/**
 * Reads what Redis is and how it is configured at start and after every reconnect (a failover may have brought another server),
 * and again every few seconds while it is at fault. `asserted` skips the configuration, `relaxed` only warns of it. A connection
 * on which Redis has fallen silent, or has become a replica, is replaced.
 */
export function guardRedis(redis: Redis, durability: Durability, log: Logger): RedisGuard {
  let fault: string | null = 'not connected';
  let timer: NodeJS.Timeout | undefined;
  let connection = 0;
  let connected = false;

  async function check(): Promise<void> {
    const mine = ++connection;
    clearTimeout(timer);
    const nature = await natureFault(redis);
    const loss = nature === null && durability !== 'asserted' ? await lossFault(redis) : null;
    if (mine !== connection) return;
    const text = nature ?? loss;
    if (text !== null) blame(text);
    fault = nature ?? (durability === 'relaxed' ? null : loss);
    if (fault !== null) timer = setTimeout(recheck, RECHECK_MS);
  }
  function blame(text: string): void {
    if (text !== fault) log.error({ durability }, text);
    fault = text;
  }
  function recheck(): void {
    check().catch((error: Error) => {
      // It is said elsewhere that the connection is gone.
      if (redis.status !== 'ready') return;
      fault = `the configuration of Redis could not be read: ${error.message}`;
      timer = setTimeout(recheck, RECHECK_MS);
    });
  }
  function onReady(): void {
    connected = true;
    recheck();
  }
  redis.on('ready', onReady);
  redis.on('close', () => {
    connection += 1;
    // One that is left for being a replica is one until another is found.
    if (!connected || fault !== IS_REPLICA) fault = 'not connected';
    connected = false;
  });
  if (redis.status === 'ready') onReady();
  const stopWatching = watchSilence(redis, log, () => blame(IS_REPLICA));
  return {
    usable: () => fault === null && redis.status === 'ready',
    fault: () => fault,
    stop() {
      clearTimeout(timer);
      stopWatching();
    },
  };
}

/** Why Redis could lose what it acknowledged; null where it cannot. */
async function lossFault(redis: Redis): Promise<string | null> {
  const settings = await readSettings(redis, [...Object.keys(REQUIRED), 'maxmemory']);
  const faults = Object.entries(REQUIRED)
    .filter(([name, value]) => settings.get(name) !== value)
    .map(([name, value]) => `${name} is ${settings.get(name) ?? 'unknown'}, not ${value}`);
  if (Number(settings.get('maxmemory') ?? 0) === 0) faults.push('maxmemory is not set');
  return faults.length === 0 ? null : `Redis would lose accepted writes: ${faults.join(', ')}`;
}

async function readSettings(redis: Redis, names: string[]): Promise<Map<string, string>> {
  const reply: unknown = await redis.config('GET', ...(names as [string]));
  // RESP3 answers with a map, RESP2 with a flat list.
  if (reply instanceof Map) return new Map(reply as Map<string, string>);
  if (!Array.isArray(reply)) return new Map(Object.entries(reply as Record<string, string>));
  const settings = new Map<string, string>();
  for (let i = 0; i + 1 < reply.length; i += 2)
    settings.set(String(reply[i]), String(reply[i + 1]));
  return settings;
}
