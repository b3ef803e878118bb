import type { StatusRecord } from '@razao/shared/contract/status-record.ts';
import type { Deps } from '../deps.ts';
import type { Ledger } from '../ledgers/ledger-directory.ts';
import { fromRow, knownSoFar } from './shape.ts';

/** The stored transaction that a record speaks of; what the record tells of it while Postgres does not answer. */
export async function readStored(deps: Deps, ledger: Ledger, id: string, record: StatusRecord) {
  try {
    const row = await deps.lookup.row(ledger.uid, id);
    if (row) return fromRow(ledger.name, row);
  } catch (error) {
    deps.log.debug(
      { err: error },
      'Postgres does not answer; a record stands in for the transaction',
    );
  }
  return knownSoFar(ledger.name, id, record);
}
