import type { BalanceState, Book, Frozen, LedgerState } from '@razao/ledger/state.ts';
import { KNOWN_BALANCES_MAX } from '@razao/shared/contract/limits.ts';

/** What is known of one ledger as of its `nextSequence` and `settingsVersion`. */
type KnownBook = {
  nextSequence: number;
  settingsVersion: number;
  readonly accounts: Map<string, Frozen>;
  readonly balances: Map<string, Map<string, BalanceState>>;
  readonly scales: Map<string, string>;
};

/**
 * Accounts and balances as the commits of one session left them, so that the next commit need not read them again. Every
 * writer of a ledger locks its row and moves one of its two counters: if both are what they were, nobody else has written,
 * and what is known is what is stored. Only ever used under that lock.
 */
export class KnownState {
  readonly #books = new Map<string, KnownBook>();
  #balances = 0;

  /** What is known of ledgers whose rows were just locked and read. What is added shows in it. */
  open(ledgers: Iterable<LedgerState>): Map<string, Book> {
    if (this.#balances > KNOWN_BALANCES_MAX) this.clear();
    const books = new Map<string, Book>();
    for (const ledger of ledgers) books.set(ledger.uid, this.#open(ledger));
    return books;
  }

  addAccount(ledgerUid: string, address: string, frozen: Frozen): void {
    this.#book(ledgerUid).accounts.set(address, frozen);
  }

  /** Adds a balance, or puts it in the place of what it was. */
  addBalance(balance: BalanceState): void {
    const { balances } = this.#book(balance.ledgerUid);
    const ofAsset = balances.getOrInsertComputed(balance.asset, () => new Map());
    const before = ofAsset.size;
    ofAsset.set(balance.address, balance);
    this.#balances += ofAsset.size - before;
  }

  addScale(ledgerUid: string, code: string, scale: string): void {
    this.#book(ledgerUid).scales.set(code, scale);
  }

  /** What is known is as of these from now on: a commit left them so. */
  moveOn({ uid, nextSequence, settingsVersion }: LedgerState): void {
    Object.assign(this.#book(uid), { nextSequence, settingsVersion });
  }

  /** Forgets everything: a commit failed, and somebody may have written without the lock. */
  clear(): void {
    this.#books.clear();
    this.#balances = 0;
  }

  #open({ uid, nextSequence, settingsVersion }: LedgerState): KnownBook {
    const known = this.#books.get(uid);
    if (known?.nextSequence === nextSequence && known.settingsVersion === settingsVersion)
      return known;
    for (const { size } of known?.balances.values() ?? []) this.#balances -= size;
    const nothing = { accounts: new Map(), balances: new Map(), scales: new Map() };
    const book = { nextSequence, settingsVersion, ...nothing };
    this.#books.set(uid, book);
    return book;
  }

  #book(ledgerUid: string): KnownBook {
    const book = this.#books.get(ledgerUid);
    if (!book) throw new Error(`ledger ${ledgerUid} was not opened`);
    return book;
  }
}
