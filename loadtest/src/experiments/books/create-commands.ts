import { hash, randomUUID } from 'node:crypto';
import type { TransferCommand } from '@razao/shared/contract/command.ts';
import { type Books, createBooks } from '../../generate/create-books.ts';
import { createWorkload, FUNDING } from '../../generate/create-workload.ts';
import { ASSET, FIRST_PLACE, WORLD_PLACE } from '../../generate/transfer.ts';

export const ACCOUNTS = 10_000;

export const KINDS = ['spread', 'hot'] as const;
export type Kind = (typeof KINDS)[number];

export type Commands = {
  /** By place, as in the workload. */
  addresses: readonly string[];
  /** What every balance must be once all commands are applied that were ever made up. */
  books: Books;
  /** Deposits that fund the accounts, one for each. */
  fund(): TransferCommand[];
  /** Makes up the next `count` commands; about one in eighty must be rejected. */
  take(count: number): TransferCommand[];
};

// Computed by the API in reality: here it must not be a part of what is measured.
const FINGERPRINTS = Array.from({ length: 64 }, (_, n) => hash('sha256', String(n), 'base64'));

/**
 * Commands of one posting each, between 10,000 accounts or always with the hot one. None with the outside: in a ledger that
 * locks balances one by one, that alone would make any load a hot one.
 */
export function createCommands(kind: Kind, ledgerUid: string): Commands {
  const { addresses, draw } = createWorkload({ kind, accounts: ACCOUNTS });
  const books = createBooks(addresses.length);
  const acceptedAt = new Date().toISOString().replace('Z', '000Z');
  let made = 0;

  function toCommand(source: number, destination: number, amount: number): TransferCommand {
    books.enter({ source, destination, amount });
    const [from = '', to = ''] = [addresses[source], addresses[destination]];
    return {
      ledgerUid,
      id: randomUUID(),
      kind: 'transfer',
      fingerprint: FINGERPRINTS[made++ % FINGERPRINTS.length] ?? '',
      acceptedAt,
      postings: [{ source: from, destination: to, asset: ASSET, amount: String(amount) }],
      description: null,
      reference: null,
      metadata: {},
      effectiveAt: null,
    };
  }

  function next(): TransferCommand {
    for (;;) {
      const { source, destination, amount } = draw();
      if (source !== WORLD_PLACE) return toCommand(source, destination, amount);
    }
  }

  return {
    addresses,
    books,
    fund: () =>
      Array.from({ length: ACCOUNTS }, (_, n) => toCommand(WORLD_PLACE, FIRST_PLACE + n, FUNDING)),
    take: (count) => Array.from({ length: count }, next),
  };
}
