import { LEDGER_PATTERN } from '@razao/shared/contract/grammar.ts';
import { LEDGER_CACHE_MAX } from '@razao/shared/contract/limits.ts';
import { Problem } from '@razao/shared/contract/problems.ts';
import { shardOf } from '@razao/shared/runtime/shard.ts';
import type { Database } from '../database.ts';

/** What a ledger is for ever: its number, its shard and how its accounts come into being. */
export type Ledger = { id: number; name: string; shard: number; accounts: 'auto' | 'explicit' };

export type LedgerDirectory = { find(name: string): Promise<Ledger> };

/**
 * Finds ledgers by name. None of this ever changes, so what was found once is served from memory, also while Postgres is
 * down; that a ledger does not exist is never remembered. Throws `ledger_not_found`.
 */
export function createLedgerDirectory(
  { read }: Pick<Database, 'read'>,
  shards: number,
): LedgerDirectory {
  const known = new Map<string, Ledger>();
  return {
    async find(name) {
      const found = known.get(name);
      if (found) return found;
      const row = LEDGER_PATTERN.test(name)
        ? await read
            .selectFrom('ledgers_view')
            .select(['id', 'accounts'])
            .where('name', '=', name)
            .executeTakeFirst()
        : undefined;
      if (!row)
        throw new Problem(
          'ledger_not_found',
          'no ledger has this name; PUT /v1/ledgers/{ledger} creates one',
        );
      const ledger = { ...row, name, shard: shardOf(name, shards) };
      const [oldest] = known.keys();
      if (known.size >= LEDGER_CACHE_MAX && oldest !== undefined) known.delete(oldest);
      known.set(name, ledger);
      return ledger;
    },
  };
}
