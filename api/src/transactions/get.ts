import type { StatusRecord } from '@razao/shared/contract/status-record.ts';
import type { Context } from 'hono';
import type { Deps } from '../deps.ts';
import type { ApiEnv } from '../http/env.ts';
import { jsonResponse } from '../http/json-response.ts';
import { readPreferWait, waitFor } from '../http/prefer.ts';
import { readQuery } from '../http/query.ts';
import type { Ledger } from '../ledgers/ledger-directory.ts';
import { cannotTell } from './lookup.ts';
import { readTransactionId, transactionNotFound } from './read-id.ts';
import { readStored } from './read-stored.ts';
import { fromRow, knownSoFar } from './shape.ts';

const SECONDS = /^\d{1,9}$/;

/** `GET .../transactions/{id}`: the transaction, or what is known of it while it is queued; waits if asked to. */
export async function getTransaction(c: Context<ApiEnv>, deps: Deps): Promise<Response> {
  const query = readQuery(c.req, {
    wait: (text) => (SECONDS.test(text) ? Number(text) : undefined),
  });
  const wait = query.wait === undefined ? readPreferWait(c.req) : waitFor(query.wait);
  const ledger = await deps.ledgers.find(c.req.param('ledger') ?? '');
  const id = readTransactionId(c.req);
  const key = { shard: ledger.shard, ledgerUid: ledger.uid, id };
  // Before the first look, so that no publication between the two is missed.
  const ticket = wait.ms > 0 ? deps.waiters.join(key) : null;
  try {
    const record = await readRecord(deps, ledger, key);
    if (record?.status !== 'queued')
      return jsonResponse(await readSettled(deps, ledger, id, record), 200, wait.applied);
    const outcome = (await ticket?.outcome(wait.ms, c.req.raw.signal)) ?? null;
    if (outcome)
      return jsonResponse(await readStored(deps, ledger, id, outcome), 200, wait.applied);
    return jsonResponse(knownSoFar(ledger.name, id, record), 200, {
      ...wait.applied,
      'Retry-After': '1',
    });
  } finally {
    ticket?.leave();
  }
}

/** Null where Redis has no record that is worth anything, undefined where it does not answer: then Postgres is asked. */
async function readRecord(
  deps: Deps,
  ledger: Ledger,
  key: { shard: number; ledgerUid: string; id: string },
): Promise<StatusRecord | null | undefined> {
  try {
    const [record = null] = await deps.lookup.records(key.shard, [key]);
    return record && (await deps.lookup.abandoned(ledger, record)) ? null : record;
  } catch {
    return undefined;
  }
}

function readSettled(
  deps: Deps,
  ledger: Ledger,
  id: string,
  record: StatusRecord | null | undefined,
) {
  return record
    ? readStored(deps, ledger, id, record)
    : readWithoutRecord(deps, ledger, id, record === null);
}

/** No record: either in Postgres, or never accepted. Which of the two is only certain while no record can be missing. */
async function readWithoutRecord(deps: Deps, ledger: Ledger, id: string, redisAnswered: boolean) {
  const doubt = redisAnswered ? await doubtRecords(deps, ledger) : cannotTell();
  const row = await deps.lookup.row(ledger.uid, id);
  if (row) return fromRow(ledger.name, row);
  throw doubt ?? transactionNotFound();
}

/** Why a missing record may mean nothing; null where it does mean something. */
function doubtRecords(deps: Deps, ledger: Ledger): Promise<Error | null> {
  return deps.lookup.assertRecordsIntact(ledger).then(
    () => null,
    (error: Error) => error,
  );
}
