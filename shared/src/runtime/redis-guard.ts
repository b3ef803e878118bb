import type { Redis } from 'ioredis';
import type { Durability } from './env-schema.ts';
import type { Logger } from './log.ts';
import { watchSilence } from './watch-silence.ts';

const RECHECK_MS = 5_000;
const REQUIRED = {
  appendonly: 'yes',
  appendfsync: 'always',
  'no-appendfsync-on-rewrite': 'no',
  'maxmemory-policy': 'noeviction',
} as const;

/** Says whether a Redis connection may be worked with: it is up, and what it acknowledges is on disk. */
export type RedisGuard = {
  usable(): boolean;
  /** Why it may not be used; null when it may. */
  fault(): string | null;
  stop(): void;
};

/**
 * Reads the configuration of Redis at start and after every reconnect (a failover may have brought another server), and
 * again every few seconds while it is at fault. `asserted` skips the reading, `relaxed` only warns. A connection on which Redis
 * has fallen silent is replaced.
 */
export function guardRedis(redis: Redis, durability: Durability, log: Logger): RedisGuard {
  let fault: string | null = 'not connected';
  let timer: NodeJS.Timeout | undefined;
  let connection = 0;

  async function check(): Promise<void> {
    const mine = ++connection;
    clearTimeout(timer);
    const faults = durability === 'asserted' ? [] : await readFaults(redis);
    if (mine !== connection) return;
    const text =
      faults.length === 0 ? null : `Redis would lose accepted writes: ${faults.join(', ')}`;
    if (text !== null && text !== fault) log.error({ faults, durability }, text);
    fault = durability === 'relaxed' ? null : text;
    if (fault !== null) timer = setTimeout(recheck, RECHECK_MS);
  }
  function recheck(): void {
    check().catch((error) => {
      fault = `the configuration of Redis could not be read: ${(error as Error).message}`;
      if (redis.status === 'ready') timer = setTimeout(recheck, RECHECK_MS);
    });
  }
  redis.on('ready', recheck);
  redis.on('close', () => {
    connection += 1;
    fault = 'not connected';
  });
  if (redis.status === 'ready') recheck();
  const stopWatching = watchSilence(redis, log);
  return {
    usable: () => fault === null && redis.status === 'ready',
    fault: () => fault,
    stop() {
      clearTimeout(timer);
      stopWatching();
    },
  };
}

async function readFaults(redis: Redis): Promise<string[]> {
  const settings = await readSettings(redis, [...Object.keys(REQUIRED), 'maxmemory']);
  const faults = Object.entries(REQUIRED)
    .filter(([name, value]) => settings.get(name) !== value)
    .map(([name, value]) => `${name} is ${settings.get(name) ?? 'unknown'}, not ${value}`);
  if (Number(settings.get('maxmemory') ?? 0) === 0) faults.push('maxmemory is not set');
  return faults;
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
