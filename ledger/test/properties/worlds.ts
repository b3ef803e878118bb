import type { Command, HoldCommand, TransferCommand } from '@razao/shared/contract/command.ts';
import { testUid } from '@razao/shared/test/commands.ts';
import { balanceOf } from '../../model/books.ts';
import {
  createReferenceLedger,
  type ReferenceBalance,
  type ReferenceLedger,
  type ReferenceStatus,
} from '../../model/reference-ledger.ts';
import type { Frozen } from '../../src/state.ts';

export const LEDGERS = [1, 2, 3].map(testUid);
export const ADDRESSES = ['world', 'alice', 'bob', 'carol', 'dave'];
export const POSTED_AT = '2026-11-25T12:00:00.000001Z';

export type Setting = {
  ledgerUid: string;
  address: string;
  frozen: Frozen;
  asset: string | null;
  balance: Omit<ReferenceBalance, 'held'>;
};
/** A transaction from before, and for each of its postings how much was captured or reverted. */
export type Stored = {
  command: TransferCommand | HoldCommand;
  status: ReferenceStatus;
  captured: bigint[];
  reverted: bigint[];
};
/**
 * What is stored, the commands that come in groups that are never cut, which of them are unprocessable, and how many groups
 * the batches have in turn. An asset in `scales` fixes the scale of its code, if nothing else stored does.
 */
export type World = {
  explicit: string[];
  settings: Setting[];
  stored: Stored[];
  scales: { ledgerUid: string; asset: string }[];
  groups: Command[][];
  unprocessable: string[];
  cuts: number[];
};

/** The world as the reference ledger keeps it. */
export function createReferenceLedgers(world: World): Map<string, ReferenceLedger> {
  return new Map(LEDGERS.map((uid) => [uid, fromWorld(world, uid)]));
}

function fromWorld({ explicit, settings, stored, scales }: World, uid: string): ReferenceLedger {
  const own = <T extends { ledgerUid: string }>(all: T[]) =>
    all.filter(({ ledgerUid }) => ledgerUid === uid);
  const ledger = createReferenceLedger(POSTED_AT, explicit.includes(uid));
  for (const { address, frozen } of own(settings)) ledger.accounts.set(address, frozen);
  for (const { address, asset, balance } of own(settings)) {
    if (asset === null) continue;
    ledger.balances.set(`${address} ${asset}`, { ...balance, held: 0n });
    if (balance.posted !== 0n) fixScale(ledger, asset);
  }
  for (const one of stored) if (one.command.ledgerUid === uid) store(ledger, one);
  for (const { asset } of own(scales)) fixScale(ledger, asset);
  return ledger;
}

function store(ledger: ReferenceLedger, { command, status, captured, reverted }: Stored): void {
  const { id, kind, postings, fingerprint } = command;
  const isRejected = status === 'rejected';
  const sequence = ledger.nextSequence++;
  ledger.transactions.set(id, {
    ...{ id, fingerprint, kind, status, captured, reverted, sequence, version: sequence },
    target: null,
    effectiveAt: command.effectiveAt ?? POSTED_AT,
    postings: [...postings],
    expiresAt: command.kind === 'hold' ? command.expiresAt : null,
    broken: isRejected ? [{ code: 'account_unknown', account: 'dave' }] : [],
  });
  if (isRejected) return;
  for (const [index, { source, asset, amount }] of postings.entries()) {
    fixScale(ledger, asset);
    if (status !== 'pending') continue;
    const key = `${source} ${asset}`;
    const balance = balanceOf(ledger, key);
    const held = balance.held + BigInt(amount) - (captured[index] ?? 0n);
    ledger.balances.set(key, { ...balance, held });
    if (!ledger.accounts.has(source)) ledger.accounts.set(source, 'none');
  }
}

/** Unless it is fixed already. */
function fixScale({ scales }: ReferenceLedger, asset: string): void {
  const code = asset.replace(/\/.*/, '');
  if (!scales.has(code)) scales.set(code, asset);
}
