import type { Command, Outcome, Posting } from '@razao/shared/contract/command.ts';
import { rejection } from '@razao/shared/contract/rejections.ts';
import {
  type BalanceState,
  type BatchState,
  type Frozen,
  type LedgerState,
  scaleKey,
  type TargetState,
  transactionKey,
} from '../../src/state.ts';
import { accountKey, balanceKey, toBooks } from '../memory/flat-books.ts';
import { GENESIS, LEDGER_IDS, ledgerUid, listOf, POSTED_AT, parseAmount } from './case-words.ts';
import { parseCommand } from './command-language.ts';

/** What is stored, in the table of `apply-batch.cases.ts`; it is explained there. */

type Stored = {
  accounts: Map<string, Frozen>;
  balances: Map<string, BalanceState>;
  transactions: Map<string, Outcome>;
  targets: Map<string, TargetState>;
  scales: Map<string, string>;
};

/** Balances have version 1 where an amount is given, else 0; their ids count from 1. */
export function parseState(text: string): BatchState {
  const stored: Stored = {
    accounts: new Map(),
    balances: new Map(),
    transactions: new Map(),
    targets: new Map(),
    scales: new Map(),
  };
  for (const item of listOf(text, ',')) {
    const [, fate, sent = ''] =
      /^(scale|done|refused|open|released|expired) (.*)$/.exec(item) ?? [];
    if (fate === 'scale') addScale(stored, sent);
    else if (fate) addTransaction(stored, fate, sent);
    else addAccount(stored, item);
  }
  const ledgers = Object.entries(LEDGER_IDS).map(([name, id]): [string, LedgerState] => {
    const uid = ledgerUid(name);
    const accounts = name === 'strict' ? 'explicit' : 'auto';
    const nextSequence = 1 + stored.transactions.size;
    const nextBalance = 1 + stored.balances.size;
    const counters = { nextSequence, nextBalance, settingsVersion: 0 };
    return [uid, { id, uid, accounts, ...counters, hash: GENESIS, postedAt: POSTED_AT }];
  });
  const { transactions, targets } = stored;
  return { ledgers: new Map(ledgers), books: toBooks(stored), transactions, targets };
}

function addScale({ scales }: Stored, text: string): void {
  const [asset = '', ledger = 'book'] = text.split(' @');
  fixScale(scales, ledgerUid(ledger), asset);
}

function fixScale(scales: Stored['scales'], ledger: string, asset: string): void {
  const [code = '', places = ''] = asset.split('/');
  scales.set(scaleKey(ledger, code), places);
}

/** A stored transaction fixes the scale of its assets; an open hold holds what was not captured of it. */
function addTransaction(stored: Stored, fate: string, text: string): void {
  const [, sent = '', taken = '0', reverted] =
    /^(.*?)(?: captured (\S+))?(?: reverted (\S+))?$/.exec(text) ?? [];
  const command = parseCommand(sent, '');
  if (command.kind !== 'transfer' && command.kind !== 'hold') {
    throw new Error(`not what may be stored: ${text}`);
  }
  const key = transactionKey(command.ledgerUid, command.id);
  const status = statusOf(fate);
  const sequence = stored.transactions.size + 1;
  stored.transactions.set(key, storedOutcome(command, status, sequence));
  const { kind, postings } = command;
  const amount = sumOf(postings);
  const captured = fate === 'done' && taken === '0' ? (amount ?? 0n) : parseAmount(taken);
  if (status === 'rejected') return;
  stored.targets.set(key, {
    kind,
    effectiveAt: command.effectiveAt ?? POSTED_AT,
    postings,
    hold: kind === 'transfer' ? null : { status, expiresAt: command.expiresAt, amount, captured },
    reverted: reverted === undefined ? null : { amount: parseAmount(reverted) },
  });
  for (const { source, asset, amount: size } of postings) {
    fixScale(stored.scales, command.ledgerUid, asset);
    if (status !== 'pending') continue;
    const place = balanceKey(command.ledgerUid, source, asset);
    const balance = stored.balances.get(place);
    if (!balance) throw new Error(`write the balance that holds before the hold: ${text}`);
    stored.balances.set(place, { ...balance, held: balance.held + BigInt(size) - captured });
  }
}

function statusOf(fate: string): Outcome['status'] {
  if (fate === 'open') return 'pending';
  if (fate === 'refused') return 'rejected';
  return fate === 'done' ? 'posted' : (fate as 'released' | 'expired');
}

/** Null where the postings are of several assets. */
function sumOf(postings: readonly Posting[]): bigint | null {
  if (new Set(postings.map(({ asset }) => asset)).size > 1) return null;
  return postings.reduce((sum, { amount }) => sum + BigInt(amount), 0n);
}

function storedOutcome(
  command: Extract<Command, { kind: 'transfer' | 'hold' }>,
  status: Outcome['status'],
  sequence: number,
): Outcome {
  const { kind, fingerprint, acceptedAt, postings } = command;
  const [first] = postings;
  const about = first
    ? { account: first.source, asset: first.asset, available: '0', required: first.amount }
    : {};
  const cause = status === 'rejected' ? rejection('insufficient_funds', about) : null;
  const facts = { version: sequence, sequence, fingerprint, acceptedAt, postedAt: POSTED_AT };
  return { ...facts, kind, status, rejection: cause };
}

const ACCOUNT = new RegExp(
  [
    '^(?<address>\\w+)(?: (?<posted>-?(?:\\d|MAX)\\S*))?(?: (?<asset>[A-Z]+/\\d))?(?: known)?(?: frozen (?<frozen>\\w+))?',
    '(?: held (?<held>\\S+))?(?: overdraft (?<overdraft>\\w+))?(?: max (?<max>\\w+))?(?: @(?<ledger>\\w+))?$',
  ].join(''),
);
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

/** Whoever has a balance of an asset has fixed its scale; limits alone do not. */
function addAccount({ accounts, balances, scales }: Stored, text: string): void {
  const words: AccountWords | undefined = ACCOUNT.exec(text)?.groups;
  if (!words?.address) throw new Error(`not an account: ${text}`);
  const { address, posted, asset = 'BRL/2', frozen = 'none', held, overdraft, max } = words;
  const ledger = ledgerUid(words.ledger ?? 'book');
  accounts.set(accountKey(ledger, address), frozen as Frozen);
  if (!(posted ?? words.asset ?? held ?? overdraft ?? max)) return;
  const limits = {
    overdraftLimit: parseLimit(overdraft ?? (address === 'world' ? 'none' : '0')),
    maxBalance: parseLimit(max ?? 'none'),
  };
  const amounts = { posted: parseAmount(posted ?? '0'), held: parseAmount(held ?? '0') };
  const facts = { id: balances.size + 1, version: posted ? 1 : 0 };
  const place = { ledgerUid: ledger, address, asset };
  balances.set(balanceKey(ledger, address, asset), { ...place, ...facts, ...amounts, ...limits });
  if (posted) fixScale(scales, ledger, asset);
}

function parseLimit(text: string): bigint | null {
  return text === 'none' ? null : parseAmount(text);
}
