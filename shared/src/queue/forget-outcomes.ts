import type { Redis } from 'ioredis';
import type { ShardKeys } from '../runtime/keys.ts';
import { scanKeys } from '../runtime/scan-keys.ts';

/**
 * Deletes what a shard remembers of transactions and balances, also of what waits: `restoreRecords` brings that back. `onPage` is
 * called every now and then. Returns how many records and balances that were.
 */
export async function forgetOutcomes(
  redis: Redis,
  keys: ShardKeys,
  onPage: () => Promise<void> = async () => {},
): Promise<number> {
  let forgotten = 0;
  for (const kind of ['t', 'b'])
    for await (const page of scanKeys(redis, `${escapeGlob(keys.tag)}:${kind}:*`)) {
      forgotten += await redis.unlink(...page);
      await onPage();
    }
  return forgotten;
}

function escapeGlob(text: string): string {
  return text.replace(/[\\*?[\]]/g, '\\$&');
}
