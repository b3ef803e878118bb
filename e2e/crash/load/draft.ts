import type { Posting } from '@razao/shared/contract/command.ts';
import type { RejectionCode } from '@razao/shared/contract/rejections.ts';

/** How a command can end; `held`: as a hold, whatever became of that later. */
export type Outcome = 'posted' | 'held' | RejectionCode;

/** A key, and the id that it stands for. */
export type Name = { key: string; id: string };

/** A command that a client is to send, with what must become of it in the end: the client knows before it sends it. */
export type Planned = Name & {
  /** More than one only where the clock has its say: a hold may have expired meanwhile. */
  expected: readonly [Outcome, ...Outcome[]];
  /** What it moves if it is posted. */
  moves: readonly Posting[];
  /** The hold that it acts on, and what it makes of it if it is posted. */
  act?: { hold: string; becomes: 'pending' | 'posted' | 'released' };
};

/** The request that a client is to send next: one command, or those of a bulk. `path` is below `/transactions`. */
export type Draft = { path: string; body: object; commands: readonly Planned[]; atomic?: boolean };

/** Makes up the requests of one client, whose order decides what becomes of them. */
export type Generator = {
  next(): Draft;
  /** What is to be sent at the end of the run, so that no hold stays open; null: nothing more. */
  rest?(): Draft | null;
};

/** A command that was answered, and so must be found as expected. `order` counts those of its client. */
export type Sent = Planned & {
  client: string;
  order: number;
  ledger: string;
  /** The same for all members of an atomic bulk. */
  bulk?: string;
  /** When it was accepted, as its client was told; RFC 3339, to the microsecond. */
  acceptedAt?: string;
  /** Something happened that may undo it. */
  mayBeLost?: boolean;
};

export const WORLD = 'world';
export const BULK = '/bulk';

/** One posting in the one asset of the run. */
export function posting(source: string, destination: string, amount: number | bigint): Posting {
  return { source, destination, asset: 'BRL/2', amount: String(amount) };
}

/** A transaction of its own. */
export function transaction(
  name: Name,
  postings: readonly Posting[],
  expected: Outcome,
  more: object = {},
): Draft {
  const moves = expected === 'posted' ? postings : [];
  return {
    path: '',
    body: { postings, ...more },
    commands: [{ ...name, expected: [expected], moves }],
  };
}

/** Transactions as one bulk. */
export function bulk(transactions: readonly Draft[], atomic: boolean): Draft {
  const items = transactions.map(({ body, commands: [name] }) => ({
    idempotency_key: name?.key,
    ...body,
  }));
  const commands = transactions.flatMap((one) => one.commands);
  return { path: BULK, body: { atomic, transactions: items }, commands, atomic };
}
