import { KNOWN_BALANCES_MAX } from '@razao/shared/contract/limits.ts';
import { type BalanceState, type Frozen, type LedgerState, ledgerOf } from './state.ts';

/** What is known of one ledger as of its `nextSequence` and `settingsVersion`; keys as in `BatchState`. */
export type KnownLedger = {
  readonly accounts: ReadonlyMap<string, Frozen>;
  readonly balances: ReadonlyMap<string, BalanceState>;
  readonly scales: ReadonlyMap<string, string>;
};

type Entry = {
  nextSequence: number;
  settingsVersion: number;
  accounts: Map<string, Frozen>;
  balances: Map<string, BalanceState>;
  scales: Map<string, string>;
};

const NOTHING: KnownLedger = { accounts: new Map(), balances: new Map(), scales: new Map() };

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

  /** Remembers what a commit read and wrote, after it succeeded; `ledgers` are as the commit left them. */
  learn(
    ledgers: readonly LedgerState[],
    accounts: Iterable<readonly [key: string, Frozen]>,
    balances: Iterable<readonly [key: string, BalanceState]>,
    scales: Iterable<readonly [key: string, string]> = [],
  ): void {
    if (this.#balances > KNOWN_BALANCES_MAX) this.clear();
    for (const { id, nextSequence, settingsVersion } of ledgers) {
      const before = this.#ledgers.get(id) ?? {
        accounts: new Map(),
        balances: new Map(),
        scales: new Map(),
      };
      this.#ledgers.set(id, { ...before, nextSequence, settingsVersion });
    }
    for (const [key, frozen] of accounts)
      this.#ledgers.get(ledgerOf(key))?.accounts.set(key, frozen);
    for (const [key, scale] of scales) this.#ledgers.get(ledgerOf(key))?.scales.set(key, scale);
    for (const [key, balance] of balances) {
      const known = this.#ledgers.get(ledgerOf(key))?.balances;
      if (known && !known.has(key)) this.#balances += 1;
      known?.set(key, balance);
    }
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
