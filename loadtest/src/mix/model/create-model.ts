import type { Limits } from '../accounts.ts';
import { type Balances, createBalances } from './balances.ts';
import { judgeCapture, judgeHoldEnd } from './judge-hold-end.ts';
import { judgeMoving } from './judge-moving.ts';
import { judgeRevert } from './judge-revert.ts';
import type { MixRecord } from './record.ts';
import type { Books, Effect, Judged, Turn } from './turn.ts';

/** What a command must have come to: any of the codes, or no rejection at all. */
export type Verdict = { codes: readonly string[]; record: MixRecord };

/**
 * The rules of a ledger once more, independent of the product's code, one command after the other: what must come out when
 * the order is known.
 */
export type Model = {
  /** Of an atomic bulk all members, else one command alone. */
  apply(turns: readonly Turn[]): Verdict[];
  records: ReadonlyMap<string, MixRecord>;
  balances: Balances;
};

/** A ledger in which nothing has happened. */
export function createModel(limits: ReadonlyMap<string, Limits>): Model {
  const records = new Map<string, MixRecord>();
  const balances = createBalances(limits);
  const books: Books = { balances, records };

  const enter = (turn: Turn, about: Partial<MixRecord>) => {
    const { command, sequence, postedAt } = turn;
    const record: MixRecord = {
      effectiveAt: ('effectiveAt' in command ? command.effectiveAt : null) ?? postedAt,
      kind: command.kind,
      status: 'rejected',
      postings: 'postings' in command ? command.postings : [],
      target: 'target' in command ? command.target : null,
      expiresAt: null,
      captured: 0n,
      reverted: 0n,
      byForce: false,
      version: sequence,
      ...about,
    };
    records.set(command.id, record);
    return record;
  };

  /** Returns what takes it back. */
  const happen = (turn: Turn, { change, record, target }: Effect) => {
    const { command, sequence } = turn;
    const undo = balances.make(change);
    enter(turn, record);
    if ('target' in command && target) {
      const before = records.get(command.target);
      if (before) records.set(command.target, { ...before, ...target, version: sequence });
    }
    return () => {
      undo();
      records.delete(command.id);
    };
  };

  const reject = (turn: Turn, codes: string[]): Verdict => ({ codes, record: enter(turn, {}) });

  return {
    records,
    balances,
    apply(turns) {
      const undos: (() => void)[] = [];
      for (const turn of turns) {
        const judged = judge(books, turn);
        if (!Array.isArray(judged)) {
          undos.push(happen(turn, judged));
          continue;
        }
        for (const undo of undos.reverse()) undo();
        return turns.map((other) => reject(other, other === turn ? judged : ['dependency_failed']));
      }
      return turns.map(({ command }) => {
        const record = records.get(command.id);
        if (!record) throw new Error(`the model lost ${command.id}`);
        return { codes: [], record };
      });
    },
  };
}

function judge(books: Books, turn: Turn): Judged {
  const { command } = turn;
  switch (command.kind) {
    case 'transfer':
    case 'hold':
      return judgeMoving(books, { ...turn, command });
    case 'capture':
      return judgeCapture(books, { ...turn, command });
    case 'release':
    case 'expiry':
      return judgeHoldEnd(books, { ...turn, command });
    case 'revert':
      return judgeRevert(books, { ...turn, command });
  }
}
