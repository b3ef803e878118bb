import { Problem } from '@razao/shared/contract/problems.ts';
import type { StatusRecord } from '@razao/shared/contract/status-record.ts';
import type { Context } from 'hono';
import type { Deps } from '../deps.ts';
import type { ApiEnv } from '../http/env.ts';
import { jsonResponse } from '../http/json-response.ts';
import { readPreferWait, waitFor } from '../http/prefer.ts';
import { readQuery } from '../http/query.ts';
import type { Ledger } from '../ledgers/ledger-directory.ts';
import { cannotTell, type TransactionRow } from './lookup.ts';
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
    const found = await find(deps, ledger, key);
    if ('row' in found) return jsonResponse(fromRow(ledger.name, found.row), 200, wait.applied);
    const { record } = found;
    if (record.status !== 'queued')
      return jsonResponse(await readStored(deps, ledger, id, record), 200, wait.applied);
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

type Key = { shard: number; ledgerUid: string; id: string };
type Found = { row: TransactionRow } | { record: StatusRecord };

/**
 * What is known of a transaction. A record of an outcome is believed; one that says queued only where Postgres has no row: it
 * may be that of a retry, long after the first was posted. Throws `transaction_not_found` where it is certain that it was never
 * accepted, `unavailable` where that cannot be told.
 */
async function find(deps: Deps, ledger: Ledger, key: Key): Promise<Found> {
  const record = await readRecord(deps, ledger, key);
  if (record && record.status !== 'queued') return { record };
  const queued = record ?? (await findQueued(deps, ledger, key.id, record === null));
  const row = await readRow(deps, ledger, key.id, queued instanceof Error ? null : queued);
  if (row) return { row };
  if (queued instanceof Error) throw queued;
  if (queued === null) throw transactionNotFound();
  return { record: queued };
}

/** Null where Redis has no record that is worth anything, undefined where it does not answer. */
async function readRecord(
  deps: Deps,
  ledger: Ledger,
  key: Key,
): Promise<StatusRecord | null | undefined> {
  try {
    const [record = null] = await deps.lookup.records(key.shard, [key]);
    return record && (await deps.lookup.abandoned(ledger, record)) ? null : record;
  } catch {
    return undefined;
  }
}

/** No record: what the queue has, or why that cannot be told. */
async function findQueued(
  deps: Deps,
  ledger: Ledger,
  id: string,
  redisAnswered: boolean,
): Promise<StatusRecord | Error | null> {
  if (!redisAnswered) return cannotTell();
  return deps.lookup
    .findAccepted(ledger, id)
    .catch((error) => (error instanceof Problem ? error : cannotTell()));
}

/** A queued one is answered without Postgres too. */
async function readRow(deps: Deps, ledger: Ledger, id: string, queued: StatusRecord | null) {
  try {
    return await deps.lookup.row(ledger.uid, id);
  } catch (error) {
    if (queued) return undefined;
    throw error;
  }
}
