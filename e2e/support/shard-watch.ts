import { readKeys } from '@razao/shared/runtime/bond.ts';
import { shardOf } from '@razao/shared/runtime/shard.ts';
import type { Stack } from '@razao/stack/stack-options.ts';
import { Redis } from 'ioredis';

const SHARDS = 4;
const PERIOD_MS = 5;

/** Looks at the queue of a ledger's shard all the time. */
export type ShardWatch = {
  /** Chunks waiting and active. */
  depth(): number;
  /** Commands in them: now, and the most that were ever seen at once. */
  commands(): number;
  commandsMax(): number;
  /** The greatest share of its memory that Redis was seen to use, in percent. */
  memoryPercentMax(): number;
  stop(): void;
};

export function watchShard(stack: Stack, ledger: string): ShardWatch {
  const redis = new Redis(stack.redisUrl);
  redis.on('error', () => {});
  let prefix: string | undefined;
  let depth = 0;
  let commands = 0;
  let commandsMax = 0;
  let memoryPercentMax = 0;
  async function look(): Promise<void> {
    prefix ??= `${(await readKeys(redis, SHARDS))[shardOf(ledger, SHARDS)]?.tag}:chunks`;
    // In one transaction: a chunk that moves in between would count twice.
    const replies = await redis
      .multi()
      .llen(`${prefix}:wait`)
      .llen(`${prefix}:active`)
      .hget(`${prefix}:backlog`, 'commands')
      .info('memory')
      .exec();
    const [waiting, active, counted, memory] = replies?.map(([, reply]) => reply) ?? [];
    depth = Number(waiting) + Number(active);
    commands = Number(counted ?? 0);
    commandsMax = Math.max(commandsMax, commands);
    memoryPercentMax = Math.max(memoryPercentMax, memoryPercent(String(memory)));
  }
  const timer = setInterval(() => void look().catch(() => {}), PERIOD_MS);
  return {
    depth: () => depth,
    commands: () => commands,
    commandsMax: () => commandsMax,
    memoryPercentMax: () => memoryPercentMax,
    stop() {
      clearInterval(timer);
      redis.disconnect();
    },
  };
}

/** How much of its memory Redis uses, from its answer to INFO memory. */
function memoryPercent(info: string): number {
  const bytes = (name: string) => Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(info)?.[1]);
  return (100 * bytes('used_memory')) / bytes('maxmemory');
}

/** A name whose ledger belongs to another shard. */
export function nameOnAnotherShard(ledger: string): string {
  for (let n = 0; ; n++) {
    const name = `${ledger}-${n}`;
    if (shardOf(name, SHARDS) !== shardOf(ledger, SHARDS)) return name;
  }
}
