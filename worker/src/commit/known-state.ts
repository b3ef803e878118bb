import { KNOWN_BALANCES_MAX } from '@razao/shared/contract/limits.ts';
import type { BalanceState, Frozen, LedgerState } from './state.ts';

/** What is known of one ledger as of its `nextSequence` and `settingsVersion`; keys as in `BatchState`. */
export type KnownLedger = {
  readonly accounts: ReadonlyMap<string, Frozen>;
  readonly balances: ReadonlyMap<string, BalanceState>;
};

type Entry = {
  nextSequence: number;
  settingsVersion: number;
  accounts: Map<string, Frozen>;
  balances: Map<string, BalanceState>;
};

const NOTHING: KnownLedger = { accounts: new Map(), balances: new Map() };

/**
 * Accounts and balances as the commits of one session left them, so that the next commit need not read them again. Every
 * writer of a ledger locks its row and moves one of its two counters: if both are what they were, nobody else has written,
 * and what is known is what is stored. Only ever used under that lock.
 */
export class KnownState {
  readonly #ledgers = new Map<number, Entry>();
  #balances = 0;

  /** What is known of a ledger whose row was just locked and read. */
  of(ledger: LedgerState): KnownLedger {
    const entry = this.#ledgers.get(ledger.id);
    if (!entry) return NOTHING;
    const current =
      entry.nextSequence === ledger.nextSequence &&
      entry.settingsVersion === ledger.settingsVersion;
    if (current) return entry;
    this.#forget(ledger.id, entry);
    return NOTHING;
  }

  /** Remembers what a commit read and wrote, after it succeeded; `ledger` is as the commit left it. */
  learn(
    ledger: LedgerState,
    accounts: Iterable<readonly [key: string, Frozen]>,
    balances: Iterable<readonly [key: string, BalanceState]>,
  ): void {
    if (this.#balances > KNOWN_BALANCES_MAX) this.clear();
    const entry = this.#ledgers.get(ledger.id) ?? {
      nextSequence: 0,
      settingsVersion: 0,
      accounts: new Map(),
      balances: new Map(),
    };
    this.#ledgers.set(ledger.id, entry);
    const before = entry.balances.size;
    entry.nextSequence = ledger.nextSequence;
    entry.settingsVersion = ledger.settingsVersion;
    for (const [key, frozen] of accounts) entry.accounts.set(key, frozen);
    for (const [key, balance] of balances) entry.balances.set(key, balance);
    this.#balances += entry.balances.size - before;
  }

  /** Forgets everything: a commit failed, and somebody may have written without the lock. */
  clear(): void {
    this.#ledgers.clear();
    this.#balances = 0;
  }

  #forget(ledgerId: number, entry: Entry): void {
    this.#ledgers.delete(ledgerId);
    this.#balances -= entry.balances.size;
  }
}
