import type { Command } from '@razao/shared/contract/command.ts';
import { rejection } from '@razao/shared/contract/rejections.ts';
import { judgeCapture, judgeEnd, judgeHold } from './judge-hold.ts';
import { judgePostings } from './judge-postings.ts';
import { judgeRevert } from './judge-revert.ts';
import { type LedgerState, transactionKey } from './state.ts';
import type { Verdict, Work } from './work.ts';

/** What a command does, or the first rule of the ledger that it breaks. Changes nothing. */
export function judge(work: Work, ledger: LedgerState, command: Command): Verdict {
  if (command.dependsOn !== undefined) {
    const dependency = work.outcomes.get(transactionKey(command.ledgerUid, command.dependsOn));
    if (!dependency || dependency.status === 'rejected') return rejection('dependency_failed');
  }
  switch (command.kind) {
    case 'transfer': {
      const { postings } = command;
      const judged = judgePostings(work, ledger, postings, MOVE);
      if ('code' in judged) return judged;
      const { effectiveAt } = command;
      return {
        status: 'posted',
        postings,
        effectiveAt,
        moves: judged.moves,
        assets: judged.assets,
      };
    }
    case 'hold':
      return judgeHold(work, ledger, command);
    case 'capture':
      return judgeCapture(work, ledger, command);
    case 'release':
    case 'expiry':
      return judgeEnd(work, ledger, command);
    case 'revert':
      return judgeRevert(work, ledger, command);
  }
}

const MOVE = { kind: 'move' } as const;
