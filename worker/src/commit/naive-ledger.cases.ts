import type { Command } from '@razao/shared/contract/command.ts';
import type { Rejection } from '@razao/shared/contract/rejections.ts';
import type { Frozen } from './state.ts';

/**
 * The ledger as the contract tells it, one command at a time on plain maps, with no thought of speed. It shares no code
 * with `applyBatch`, so that the two can be held against each other.
 */
export type NaiveLedger = {
  explicit: boolean;
  /** By address. */
  accounts: Map<string, Frozen>;
  /** By address and asset, with a blank between. */
  balances: Map<string, NaiveBalance>;
  entries: NaiveEntry[];
  /** In order of sequence. */
  transactions: NaiveTransaction[];
};
export type NaiveBalance = {
  posted: bigint;
  held: bigint;
  overdraft: bigint | 'none';
  max: bigint | 'none';
};
export type NaiveEntry = {
  sequence: number;
  balance: string;
  amount: bigint;
  balanceAfter: bigint;
};

/** `broken` holds every rule that the command breaks; it is rejected for one of them, posted when there is none. */
export type NaiveTransaction = { id: string; fingerprint: string; broken: NaiveRejection[] };
export type NaiveRejection = Omit<Rejection, 'detail'>;
export type NaiveAnswer = {
  sequence: number;
  replay: boolean;
  conflict: boolean;
  broken: NaiveRejection[];
};

const TOO_BIG = BigInt(`1${'0'.repeat(38)}`);

/** Applies one command. */
export function applyNaively(
  ledger: NaiveLedger,
  command: Command,
  unprocessable: boolean,
): NaiveAnswer {
  const before = ledger.transactions.findIndex(({ id }) => id === command.id);
  const known = ledger.transactions[before];
  if (known) {
    const conflict = known.fingerprint !== command.fingerprint;
    return { sequence: before + 1, replay: true, conflict, broken: known.broken };
  }
  const sequence = ledger.transactions.length + 1;
  const entries = unprocessable ? [] : entriesOf(ledger, command, sequence);
  const broken: NaiveRejection[] = unprocessable
    ? [{ code: 'processing_failed' }]
    : [
        ...brokenByAccounts(ledger, command),
        ...brokenByDigits(entries),
        ...brokenByLimits(ledger, entries),
      ];
  ledger.transactions.push({ id: command.id, fingerprint: command.fingerprint, broken });
  if (broken.length === 0) post(ledger, entries);
  return { sequence, replay: false, conflict: false, broken };
}

/** A balance that was never used; the outside has no lower limit. */
function unusedBalance(key: string): NaiveBalance {
  return { posted: 0n, held: 0n, overdraft: key.startsWith('world ') ? 'none' : 0n, max: 'none' };
}

function balanceOf(ledger: NaiveLedger, key: string): NaiveBalance {
  return ledger.balances.get(key) ?? unusedBalance(key);
}

function entriesOf(ledger: NaiveLedger, command: Command, sequence: number): NaiveEntry[] {
  const entries: NaiveEntry[] = [];
  const enter = (balance: string, amount: bigint) => {
    const last = entries.findLast((entry) => entry.balance === balance);
    const balanceAfter = (last?.balanceAfter ?? balanceOf(ledger, balance).posted) + amount;
    entries.push({ sequence, balance, amount, balanceAfter });
  };
  for (const { source, destination, asset, amount } of command.postings) {
    enter(`${source} ${asset}`, -BigInt(amount));
    enter(`${destination} ${asset}`, BigInt(amount));
  }
  return entries;
}

function brokenByAccounts(ledger: NaiveLedger, command: Command): NaiveRejection[] {
  const broken: NaiveRejection[] = [];
  for (const { source, destination } of command.postings) {
    for (const account of [source, destination]) {
      const mustExist = ledger.explicit && account !== 'world';
      if (mustExist && !ledger.accounts.has(account))
        broken.push({ code: 'account_unknown', account });
    }
    if (['debit', 'both'].includes(ledger.accounts.get(source) ?? '')) {
      broken.push({ code: 'account_frozen', account: source });
    }
    if (['credit', 'both'].includes(ledger.accounts.get(destination) ?? '')) {
      broken.push({ code: 'account_frozen', account: destination });
    }
  }
  return broken;
}

function brokenByDigits(entries: readonly NaiveEntry[]): NaiveRejection[] {
  return entries
    .filter(({ balanceAfter }) => balanceAfter >= TOO_BIG || balanceAfter <= -TOO_BIG)
    .map(({ balance }) => ({ code: 'amount_overflow', ...placeOf(balance) }));
}

function brokenByLimits(ledger: NaiveLedger, entries: readonly NaiveEntry[]): NaiveRejection[] {
  const broken: NaiveRejection[] = [];
  for (const key of new Set(entries.map(({ balance }) => balance))) {
    const { posted, held, overdraft, max } = balanceOf(ledger, key);
    const gains = entries
      .filter(({ balance }) => balance === key)
      .reduce((sum, { amount }) => sum + amount, 0n);
    const free = posted - held;
    const mayRunShort = overdraft !== 'none' && placeOf(key).account !== 'world';
    if (gains < 0n && mayRunShort && free + gains + overdraft < 0n) {
      broken.push({
        code: 'insufficient_funds',
        ...placeOf(key),
        available: `${free}`,
        required: `${-gains}`,
      });
    }
    if (gains > 0n && max !== 'none' && posted + gains > max) {
      const room = posted > max ? 0n : max - posted;
      broken.push({
        code: 'balance_limit_exceeded',
        ...placeOf(key),
        available: `${room}`,
        required: `${gains}`,
      });
    }
  }
  return broken;
}

function post(ledger: NaiveLedger, entries: readonly NaiveEntry[]): void {
  for (const entry of entries) {
    const { account } = placeOf(entry.balance);
    if (!ledger.accounts.has(account)) ledger.accounts.set(account, 'none');
    ledger.balances.set(entry.balance, {
      ...balanceOf(ledger, entry.balance),
      posted: entry.balanceAfter,
    });
    ledger.entries.push(entry);
  }
}

function placeOf(balance: string): { account: string; asset: string } {
  const [account = '', asset = ''] = balance.split(' ');
  return { account, asset };
}
