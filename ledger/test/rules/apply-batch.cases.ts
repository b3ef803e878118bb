import { GROUP_RULES } from './group-rules.cases.ts';
import { HOLD_RULES } from './hold-rules.cases.ts';
import { REVERT_RULES } from './revert-rules.cases.ts';
import { TRANSFER_RULES } from './transfer-rules.cases.ts';

/**
 * The rules of the ledger, one case a line: what is stored | the commands of one batch | the outcome of each | the
 * balances, holds and reverted amounts that are written // why.
 *
 * An amount is of BRL/2 unless an asset follows it; MAX is the greatest amount, 38 nines. A ledger is `book` unless `@`
 * names another; `strict` is explicit, the others are auto. Postings are joined by `+`, each with its condition: `if 9`. The
 * first command's id is `a`, the second's `b` and so on, unless an id stands before it; `!` marks a command as
 * unprocessable, and braces stand around the members of an atomic bulk. After a command: `for 60`, the seconds that a hold
 * lasts (an hour); `on 2026-01-31`, when it takes effect (a hold: one of before that was refused); `at 60`, the second at which it was accepted (0); `after a`, what
 * it depends on. `keep` leaves open what is not captured.
 *
 * Stored are accounts, and before a command `done`, `refused`, `open`, `released` or `expired`: what an earlier batch made
 * of it; an open hold holds. `scale BRL/3`: the ledger keeps this asset. A rejection names account and available/required.
 * Of a hold its status and captured/amount are written.
 */
const TABLES = [TRANSFER_RULES, HOLD_RULES, REVERT_RULES, GROUP_RULES];

export type Case = {
  reason: string;
  given: string;
  commands: string;
  outcomes: string;
  written: string;
};

/** The rows of the tables; each reason is the name of a test. */
export const CASES: readonly Case[] = TABLES.join('\n')
  .split('\n')
  .flatMap((line) => {
    if (!line.includes('|')) return []; // a heading
    const [row = '', reason] = line.split('//').map((text) => text.trim());
    const [given, commands, outcomes, written] = row.split('|').map((text) => text.trim());
    if (!given || !commands || !outcomes || !written || !reason) {
      throw new Error(`not a case: ${line}`);
    }
    return [{ reason, given, commands, outcomes, written }];
  });
