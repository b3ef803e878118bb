import type { Command, Outcome, Posting } from '@razao/shared/contract/command.ts';
import { AMOUNT_LIMIT } from '@razao/shared/contract/limits.ts';
import { rejection } from '@razao/shared/contract/rejections.ts';
import { applyBatch } from './apply-batch.ts';
import {
  accountKey,
  type BalanceState,
  type BatchState,
  balanceKey,
  type Frozen,
  type LedgerState,
  transactionKey,
} from './state.ts';

/** The language of the table in `apply-batch.cases.ts`, read and written; it is explained there. */

export const LEDGER_IDS: Readonly<Record<string, number>> = { book: 1, strict: 2, other: 3 };
export const GENESIS = Buffer.alloc(32).toString('base64');
const MAX = AMOUNT_LIMIT - 1n;

/** Applies a batch to arguments that cannot be changed. */
export function applyCase(given: string, batch: string) {
  const state = freeze(parseState(given));
  const { commands, unprocessable } = freeze(parseCommands(batch));
  return { state, commands, ...applyBatch(state, commands, unprocessable) };
}

/** Reads a batch's commands, and which of them are unprocessable. */
export function parseCommands(text: string): { commands: Command[]; unprocessable: Set<string> } {
  const unprocessable = new Set<string>();
  const commands = listOf(text, ';').map((item, index) => {
    const bare = item.startsWith('!');
    const command = parseCommand(bare ? item.slice(1) : item, String.fromCharCode(97 + index));
    if (bare) unprocessable.add(transactionKey(command.ledgerId, command.id));
    return command;
  });
  return { commands, unprocessable };
}

/** Reads what is stored. Balances have version 1 where an amount is given, else 0; their ids count from 1. */
export function parseState(text: string): BatchState {
  const accounts = new Map<string, Frozen>();
  const balances = new Map<string, BalanceState>();
  const transactions = new Map<string, Outcome>();
  for (const item of listOf(text, ',')) {
    const [, fate, sent = ''] = /^(done|refused) (.*)$/.exec(item) ?? [];
    if (fate) {
      const command = parseCommand(sent, '');
      transactions.set(
        transactionKey(command.ledgerId, command.id),
        storedOutcome(command, fate === 'done'),
      );
      continue;
    }
    const { account, balance } = parseAccount(item, balances.size + 1);
    accounts.set(accountKey(account.ledgerId, account.address), account.frozen);
    if (balance) {
      balances.set(balanceKey(balance.ledgerId, balance.address, balance.asset), balance);
    }
  }
  const ledgers = Object.entries(LEDGER_IDS).map(([name, id]) => {
    const mode: LedgerState['accounts'] = name === 'strict' ? 'explicit' : 'auto';
    const next = {
      nextSequence: 1 + transactions.size,
      nextBalance: 1 + balances.size,
      settingsVersion: 0,
    };
    return [id, { id, accounts: mode, ...next, hash: GENESIS, postedAt: POSTED_AT }] as const;
  });
  return { ledgers: new Map(ledgers), accounts, balances, transactions };
}

/** Writes an amount as the table does. */
export function amountText(amount: bigint): string {
  const size = amount < 0n ? -amount : amount;
  const text = MAX - size < 10n ? (size === MAX ? 'MAX' : `MAX-${MAX - size}`) : String(size);
  return amount < 0n ? `-${text}` : text;
}

/** Splits a list of the table; `-` is the empty one. */
export function listOf(text: string, separator: ',' | ';'): string[] {
  return text === '-' ? [] : text.split(separator).map((item) => item.trim());
}

export const POSTED_AT = '2026-11-25T12:00:00.000001Z';
const ACCEPTED_AT = '2026-11-25T11:59:59.123000Z';

function parseCommand(text: string, idByPlace: string): Command {
  const [, id = idByPlace, body = '', ledger = 'book'] =
    /^(?:([a-z]): )?(.*?)(?: @(\w+))?$/.exec(text) ?? [];
  const postings = body.split(' + ').map((posting): Posting => {
    const [, source, destination, amount, asset = 'BRL/2'] =
      /^(\w+)>(\w+) (\S+)(?: (\S+))?$/.exec(posting) ?? [];
    if (!source || !destination || !amount) throw new Error(`not a posting: ${posting}`);
    return { source, destination, asset, amount: String(parseAmount(amount)) };
  });
  return {
    ledgerId: ledgerId(ledger),
    id: `00000000-0000-7000-8000-0000000000${id.charCodeAt(0).toString(16)}`,
    kind: 'transfer',
    fingerprint: Buffer.from(body.padEnd(32).slice(-32)).toString('base64'),
    acceptedAt: ACCEPTED_AT,
    postings,
    description: null,
    reference: null,
    metadata: {},
    effectiveAt: null,
  };
}

const ACCOUNT = new RegExp(
  [
    '^(?<address>\\w+)(?: (?<posted>-?(?:\\d|MAX)\\S*))?(?: (?<asset>[A-Z]+/\\d))?(?: known)?(?: frozen (?<frozen>\\w+))?',
    '(?: held (?<held>\\d+))?(?: overdraft (?<overdraft>\\w+))?(?: max (?<max>\\w+))?(?: @(?<ledger>\\w+))?$',
  ].join(''),
);

type Stored = {
  account: { ledgerId: number; address: string; frozen: Frozen };
  balance: BalanceState | null;
};
type AccountWords = {
  [word in
    | 'address'
    | 'posted'
    | 'asset'
    | 'frozen'
    | 'held'
    | 'overdraft'
    | 'max'
    | 'ledger']?: string;
};

/** The balance is null where only the account exists. */
function parseAccount(text: string, id: number): Stored {
  const words: AccountWords | undefined = ACCOUNT.exec(text)?.groups;
  if (!words?.address) throw new Error(`not an account: ${text}`);
  const { address, posted, asset, frozen = 'none', held, overdraft, max } = words;
  const account = { ledgerId: ledgerId(words.ledger ?? 'book'), address, frozen: frozen as Frozen };
  if (!(posted ?? asset ?? held ?? overdraft ?? max)) return { account, balance: null };
  const limits = {
    overdraftLimit: parseLimit(overdraft ?? (address === 'world' ? 'none' : '0')),
    maxBalance: parseLimit(max ?? 'none'),
  };
  const amounts = { posted: parseAmount(posted ?? '0'), held: parseAmount(held ?? '0') };
  const place = { ledgerId: account.ledgerId, address, asset: asset ?? 'BRL/2' };
  return { account, balance: { ...place, id, ...amounts, ...limits, version: posted ? 1 : 0 } };
}

function parseLimit(text: string): bigint | null {
  return text === 'none' ? null : parseAmount(text);
}

function storedOutcome(
  { kind, fingerprint, acceptedAt, postings }: Command,
  posted: boolean,
): Outcome {
  const [first] = postings;
  const about = first
    ? { account: first.source, asset: first.asset, available: '0', required: first.amount }
    : {};
  const facts = { kind, sequence: 1, fingerprint, acceptedAt, postedAt: POSTED_AT };
  if (posted) return { ...facts, status: 'posted', rejection: null };
  return { ...facts, status: 'rejected', rejection: rejection('insufficient_funds', about) };
}

function parseAmount(text: string): bigint {
  const [, sign, size = '', less = '0'] = /^(-?)(MAX|\d+)(?:-(\d+))?$/.exec(text) ?? [];
  const amount = size === 'MAX' ? MAX - BigInt(less) : BigInt(size || `not an amount: ${text}`);
  return sign === '-' ? -amount : amount;
}

function ledgerId(name: string): number {
  const id = LEDGER_IDS[name];
  if (id === undefined) throw new Error(`no ledger ${name}`);
  return id;
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
