import { judgePostings } from '@razao/ledger/judge-postings.ts';
import type { Frozen, LedgerState } from '@razao/ledger/state.ts';
import { type Move, startWork } from '@razao/ledger/work.ts';
import type { TransferCommand } from '@razao/shared/contract/command.ts';
import type { Rejection } from '@razao/shared/contract/rejections.ts';
import { sha256 } from '@razao/shared/runtime/sha256.ts';
import { arrayLiteral } from '@razao/worker/commit/array-literal.ts';
import type { Client } from 'pg';
import { readStatement } from './read-statement.ts';

const lockBoth = readStatement('lock-both');

type Row = {
  address: string;
  frozen: Frozen;
  id: string;
  posted: string;
  held: string;
  overdraft_limit: string | null;
  max_balance: string | null;
  version: string;
};

/** What was decided on one command, and the first twelve parameters of the statements that store it. */
export type Judged = { rejection: Rejection | null; values: unknown[] };

/** The rules read no more of a ledger than this; the rest of it is in the statements. */
const LEDGER: Omit<LedgerState, 'id' | 'uid'> = {
  accounts: 'auto',
  nextSequence: 0,
  nextBalance: 0,
  settingsVersion: 0,
  hash: '',
  postedAt: '',
};

const NOTHING_ELSE = { ledgers: new Map(), transactions: new Map(), targets: new Map() };

/**
 * Locks both balances of a command of one posting and judges it by the committer's own rules. The connection is inside a
 * transaction. Balances must exist, unless they are refused: nothing here creates any.
 */
export async function judgeOne(
  client: Client,
  ledgerId: number,
  command: TransferCommand,
): Promise<Judged> {
  const { ledgerUid, postings } = command;
  const [posting] = postings;
  if (!posting) throw new Error(`${command.id} has no posting`);
  const { source, destination, asset } = posting;
  const { rows } = await client.query<Row>({
    ...lockBoth,
    values: [ledgerId, source, destination, asset],
  });
  const book = {
    accounts: new Map(rows.map(({ address, frozen }) => [address, frozen])),
    balances: new Map([
      [asset, new Map(rows.map((row) => [row.address, toState(row, ledgerUid, asset)]))],
    ]),
    scales: new Map(),
  };
  const state = { ...NOTHING_ELSE, books: new Map([[ledgerUid, book]]) };
  const ledger = { ...LEDGER, id: ledgerId, uid: ledgerUid };
  const judged = judgePostings(startWork(state, [], sha256), ledger, postings, { kind: 'move' });
  const [moves, rejection] = 'code' in judged ? [[], judged] : [judged.moves, null];
  return { rejection, values: toValues(ledgerId, command, moves, rejection) };
}

function toState(row: Row, ledgerUid: string, asset: string) {
  const limit = (text: string | null) => (text === null ? null : BigInt(text));
  return {
    ledgerUid,
    address: row.address,
    asset,
    id: Number(row.id),
    posted: BigInt(row.posted),
    held: BigInt(row.held),
    overdraftLimit: limit(row.overdraft_limit),
    maxBalance: limit(row.max_balance),
    version: Number(row.version),
  };
}

function toValues(
  ledgerId: number,
  { id, acceptedAt, fingerprint, postings }: TransferCommand,
  moves: readonly Move[],
  rejection: Rejection | null,
): unknown[] {
  const stored = postings.map((p) => [p.source, p.destination, p.asset, p.amount]);
  return [
    ledgerId,
    id,
    acceptedAt,
    fingerprint,
    JSON.stringify(stored),
    rejection && JSON.stringify(rejection),
    arrayLiteral(moves.map(({ balance }) => balance.address)),
    arrayLiteral(moves.map(({ balance }) => balance.asset)),
    arrayLiteral(moves.map(({ balance }) => balance.id)),
    arrayLiteral(moves.map(({ amount }) => amount)),
    arrayLiteral(moves.map(({ balanceAfter }) => balanceAfter)),
    arrayLiteral(moves.map(({ balance }) => balance.version + 1)),
  ];
}
