import { toOutcome } from '@razao/shared/contract/outcome-row.ts';
import type { StatusRecord } from '@razao/shared/contract/status-record.ts';
import type { TransactionLookup } from '../transactions/lookup.ts';

/** A transaction within its shard. */
export type Place = { ledgerUid: string; id: string };

/** A message named them; their turn has come; or it is time to ask Postgres too about those that are queued. */
export type Occasion = 'woken' | 'turn' | 'thorough';

/** Looks for the outcomes of transactions of a shard, and tells `settle` of those that it finds. Never fails. */
export type Look = (shard: number, places: readonly Place[], occasion: Occasion) => Promise<void>;

export function createLook(
  lookup: Pick<TransactionLookup, 'records' | 'rows'>,
  settle: (shard: number, place: Place, record: StatusRecord) => void,
): Look {
  return async (shard, places, occasion) => {
    // Redis may be down: then only Postgres is asked.
    const records = await lookup.records(shard, places).catch(() => places.map(() => null));
    const open = places.filter((place, i) => {
      const record = records[i] ?? null;
      if (record === null) return occasion !== 'woken';
      // Such a one may be that of a retry, long after the first was posted.
      if (record.status === 'queued') return occasion === 'thorough';
      settle(shard, place, record);
      return false;
    });
    for (const [ledgerUid, ofLedger] of Map.groupBy(open, (place) => place.ledgerUid)) {
      const ids = ofLedger.map(({ id }) => id);
      const rows = await lookup.rows(ledgerUid, ids).catch(() => new Map());
      for (const [id, row] of rows) settle(shard, { ledgerUid, id }, toOutcome(row));
    }
  };
}
