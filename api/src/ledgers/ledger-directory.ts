import { LEDGER_PATTERN } from '@razao/shared/contract/grammar.ts';
import { LEDGER_CACHE_MAX } from '@razao/shared/contract/limits.ts';
import { Problem } from '@razao/shared/contract/problems.ts';
import { shardOf } from '@razao/shared/runtime/shard.ts';
import type { Database } from '../database.ts';

/** What a ledger is for ever: its uid, its shard and how its accounts come into being. */
export type Ledger = { uid: string; name: string; shard: number; accounts: 'auto' | 'explicit' };

export type LedgerDirectory = {
  find(name: string): Promise<Ledger>;
  /** Forgets a ledger that the database turned out to lack; returns what to tell the client. */
  gone(ledger: Ledger): Problem;
};

type Known = { ledger: Ledger; outages: number };

/**
 * Finds ledgers by name. None of this ever changes, so what was found once is served from memory, also while Postgres is
 * down; that a ledger does not exist is never remembered. After an outage each is looked up once more: another server may answer
 * now, which lacks it or has another one of its name. Throws `ledger_not_found`.
 */
export function createLedgerDirectory(
  { read, outages }: Pick<Database, 'read' | 'outages'>,
  shards: number,
): LedgerDirectory {
  const known = new Map<string, Known>();

  async function lookUp(name: string): Promise<Ledger> {
    const asOf = outages();
    const row = LEDGER_PATTERN.test(name)
      ? await read
          .selectFrom('ledgers_view')
          .select(['uid', 'accounts'])
          .where('name', '=', name)
          .executeTakeFirst()
      : undefined;
    known.delete(name);
    if (!row) throw notFound();
    const ledger = { ...row, name, shard: shardOf(name, shards) };
    const [oldest] = known.keys();
    if (known.size >= LEDGER_CACHE_MAX && oldest !== undefined) known.delete(oldest);
    known.set(name, { ledger, outages: asOf });
    return ledger;
  }

  return {
    async find(name) {
      const found = known.get(name);
      if (found?.outages === outages()) return found.ledger;
      if (!found) return lookUp(name);
      return lookUp(name).catch((error) => {
        if (error instanceof Problem) throw error;
        return found.ledger;
      });
    },
    gone({ name }) {
      known.delete(name);
      return notFound();
    },
  };
}

function notFound(): Problem {
  return new Problem(
    'ledger_not_found',
    'no ledger has this name; PUT /v1/ledgers/{ledger} creates one',
  );
}
