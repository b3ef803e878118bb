import { sha256 } from '@razao/shared/runtime/sha256.ts';
import { applyBatch } from '../../src/apply-batch.ts';
import type { BatchRows, CommandResult } from '../../src/rows.ts';
import { amountText, ledgerText } from './case-words.ts';
import { idOf, parseCommands } from './command-language.ts';
import { parseState } from './given-language.ts';

/** The language of the table in `apply-batch.cases.ts`: runs a case, and writes what came of it as the table does. */

/** Applies a batch to arguments that cannot be changed. */
export function applyCase(given: string, batch: string) {
  const state = freeze(parseState(given));
  const { commands, unprocessable } = freeze(parseCommands(batch));
  return { state, commands, ...applyBatch(state, commands, { sha256, unprocessable }) };
}

export function resultText({ outcome, replay, conflict }: CommandResult): string {
  const { code, account, asset, available, required } = outcome.rejection ?? {};
  return [
    conflict ? 'conflict' : replay ? 'replay' : '',
    code ?? outcome.status,
    account,
    available && `${available}/${required}`,
    asset === 'BRL/2' ? '' : asset,
  ]
    .filter(Boolean)
    .join(' ');
}

/** The balances, holds and reverted amounts that are written. */
export function writtenTexts({ balances, holds, reverted }: BatchRows): string[] {
  return [
    ...balances.map(({ after: { ledgerUid, address, asset, posted, held } }) => {
      const reserved = held === 0n ? '' : ` held ${amountText(held)}`;
      const unusual = asset === 'BRL/2' ? '' : ` ${asset}`;
      return `${address} ${amountText(posted)}${unusual}${reserved}${ledgerText(ledgerUid)}`;
    }),
    ...holds.map(({ ledgerUid, id, status, amount, captured }) => {
      const part = amount === null ? '' : ` ${amountText(captured)}/${amountText(amount)}`;
      return `${letterOf(id)} ${status}${part}${ledgerText(ledgerUid)}`;
    }),
    ...reverted.map(({ ledgerUid, id, amount }) => {
      const part = amount === null ? '' : ` ${amountText(amount)}`;
      return `${letterOf(id)} reverted${part}${ledgerText(ledgerUid)}`;
    }),
  ].toSorted();
}

function letterOf(id: string): string {
  const letter = String.fromCharCode(Number.parseInt(id.slice(-2), 16));
  if (idOf(letter) !== id) throw new Error(`not an id of the table: ${id}`);
  return letter;
}

function freeze<T>(value: T): T {
  if (value instanceof Map || value instanceof Set) {
    const refuse = () => {
      throw new TypeError('an argument was changed');
    };
    for (const member of value.values()) freeze(member);
    Object.assign(value, { set: refuse, add: refuse, delete: refuse, clear: refuse });
  } else if (typeof value === 'object' && value !== null) {
    for (const member of Object.values(value)) freeze(member);
  }
  return Object.freeze(value);
}
