import type { Redis } from 'ioredis';

/** A Redis that takes no writes. */
export const IS_REPLICA = 'Redis is a replica';
const IS_CLUSTER = 'Redis Cluster is not supported yet';

/** Whether Redis follows another one. */
export async function isReplica(redis: Redis): Promise<boolean> {
  const [role] = (await redis.role()) as unknown[];
  return role === 'slave';
}

/** Why a Redis of this nature cannot be worked with, however it is configured; null where it can. */
export async function natureFault(redis: Redis): Promise<string | null> {
  const info = await redis.info();
  // Of the keys of all shards a node has some, and refuses the others.
  if (/^(?:redis_mode:cluster|cluster_enabled:1)\r?$/m.test(info)) return IS_CLUSTER;
  return /^role:slave\r?$/m.test(info) ? IS_REPLICA : null;
}
