import { hash } from 'node:crypto';

/** The shard of a ledger: a number from 0 to `shards` - 1 that depends on its name alone. */
export function shardOf(ledger: string, shards: number): number {
  return Number.parseInt(hash('sha256', ledger, 'hex').slice(0, 8), 16) % shards;
}
