import { Problem } from '@razao/shared/contract/problems.ts';
import type { StatusRecord } from '@razao/shared/contract/status-record.ts';
import type { Deps } from '../deps.ts';
import type { Ledger } from '../ledgers/ledger-directory.ts';
import { cannotTell } from './lookup.ts';
import { fromRow, knownSoFar } from './shape.ts';

/**
 * The stored transaction that a record speaks of; what the record tells of it while Postgres does not answer. Throws
 * `unavailable` where Postgres lacks what the record says is posted: it was restored to a point before that, and nobody has
 * decided yet what becomes of it.
 */
export async function readStored(deps: Deps, ledger: Ledger, id: string, record: StatusRecord) {
  try {
    const row = await deps.lookup.row(ledger.uid, id);
    if (row) return fromRow(ledger.name, row);
    if (record.status !== 'queued') throw cannotTell();
  } catch (error) {
    if (error instanceof Problem) throw error;
    deps.log.debug(
      { err: error },
      'Postgres does not answer; a record stands in for the transaction',
    );
  }
  return knownSoFar(ledger.name, id, record);
}
