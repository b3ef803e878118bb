import { applyBatch } from '@razao/ledger/apply-batch.ts';
import type { BatchRows } from '@razao/ledger/rows.ts';
import type { BalanceState, BatchState, Book } from '@razao/ledger/state.ts';
import { sha256 } from '@razao/shared/runtime/sha256.ts';
import type { Statement } from '@razao/sql/load.ts';
import { readState } from '@razao/worker/commit/read-state.ts';
import { writeRows } from '@razao/worker/commit/write-rows.ts';
import type { LockSession } from '@razao/worker/leadership/lock-session.ts';
import type { Commands } from '../books/create-commands.ts';
import { openSession } from '../books/open-session.ts';
import { BATCH } from '../ways/batch.ts';

/** Sends rows that were put together before. */
export type Insert = (session: LockSession) => Promise<unknown>;

/**
 * Applies `count` batches one after the other in memory, and returns for each the copies with which a commit would store
 * its new rows. Nothing is written.
 */
export async function precomputeInserts(
  url: string,
  commands: Commands,
  count: number,
): Promise<Insert[][]> {
  const session = await openSession(url, 0);
  await session.query('begin');
  // Whoever is funded is whom the batches touch.
  let { state } = await readState(session, commands.fund());
  // What follows takes longer than a committer's session may be silent.
  session.destroy();
  const all: Insert[][] = [];
  for (let batch = 0; batch < count; batch++) {
    const { rows } = applyBatch(state, commands.take(BATCH), { sha256 });
    all.push(await recordInserts(rows));
    state = after(state, rows);
  }
  return all;
}

function after(state: BatchState, { ledgers, balances }: BatchRows): BatchState {
  const changed = balances.map(({ after }) => after);
  return {
    ...state,
    books: new Map([...state.books].map(([id, book]) => [id, withBalances(book, id, changed)])),
    ledgers: new Map(ledgers.map(({ after }) => [after.uid, after])),
  };
}

function withBalances(book: Book, ledgerUid: string, changed: readonly BalanceState[]): Book {
  const balances = new Map([...book.balances].map(([asset, known]) => [asset, new Map(known)]));
  for (const balance of changed)
    if (balance.ledgerUid === ledgerUid) balances.get(balance.asset)?.set(balance.address, balance);
  return { ...book, balances };
}

async function recordInserts(rows: BatchRows): Promise<Insert[]> {
  const inserts: Insert[] = [];
  // Of those statements that are written here; the others are about ledgers.
  const counts: Record<string, number> = {
    update_balances: rows.balances.length,
    copy_transactions: rows.transactions.length,
    copy_entries: rows.entries.length,
  };
  const rowCount = ({ name }: Statement) => counts[name] ?? rows.ledgers.length;
  const recorder = {
    async query(statement: Statement) {
      return { rows: [], rowCount: rowCount(statement) };
    },
    async copy(statement: Statement, text: string) {
      const rows = flat(text);
      inserts.push((session) => session.copy(statement, rows));
      return { rowCount: rowCount(statement) };
    },
  };
  // Of a session, writing rows uses nothing but these; its class has private parts, which no other object can have.
  await writeRows(recorder as unknown as LockSession, rows);
  return inserts;
}

/** A text put together from pieces is joined when it is first read; that must not be while the clock runs. */
function flat(text: string): string {
  return Buffer.from(text).toString();
}
