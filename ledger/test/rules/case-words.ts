import { AMOUNT_LIMIT } from '@razao/shared/contract/limits.ts';
import { testUid } from '@razao/shared/test/commands.ts';

/** The words of the table in `apply-batch.cases.ts` that its commands, what is stored and the outcomes have in common. */

export const LEDGER_IDS: Readonly<Record<string, number>> = { book: 1, strict: 2, other: 3 };
export const GENESIS = Buffer.alloc(32).toString('base64');
export const POSTED_AT = '2026-11-25T12:00:00.000001Z';
export const ACCEPTED_AT = '2026-11-25T11:59:59.123000Z';
const MAX = AMOUNT_LIMIT - 1n;

/** Splits a list of the table; `-` is the empty one. */
export function listOf(text: string, separator: ',' | ';'): string[] {
  return text === '-' ? [] : text.split(separator).map((item) => item.trim());
}

export function ledgerUid(name: string): string {
  const id = LEDGER_IDS[name];
  if (id === undefined) throw new Error(`no ledger ${name}`);
  return testUid(id);
}

/** ` @name` where it is not the book. */
export function ledgerText(uid: string): string {
  const name = Object.keys(LEDGER_IDS).find((key) => ledgerUid(key) === uid);
  return name === 'book' ? '' : ` @${name}`;
}

export function parseAmount(text: string): bigint {
  const [, sign, size = '', less = '0'] = /^(-?)(MAX|\d+)(?:-(\d+))?$/.exec(text) ?? [];
  const amount = size === 'MAX' ? MAX - BigInt(less) : BigInt(size || `not an amount: ${text}`);
  return sign === '-' ? -amount : amount;
}

/** Writes an amount as the table does. */
export function amountText(amount: bigint): string {
  const size = amount < 0n ? -amount : amount;
  const text = MAX - size < 10n ? (size === MAX ? 'MAX' : `MAX-${MAX - size}`) : String(size);
  return amount < 0n ? `-${text}` : text;
}

/** The text with digits for MAX. */
export function withNumbers(text: string): string {
  return text.replace(/MAX(?:-\d+)?/g, (word) => String(parseAmount(word)));
}

/** An instant with microseconds, moved by whole seconds. */
export function secondsLater(instant: string, seconds: string): string {
  const moved = new Date(Date.parse(instant) + Number(seconds) * 1_000).toISOString();
  return `${moved.slice(0, 19)}${instant.slice(19)}`;
}
