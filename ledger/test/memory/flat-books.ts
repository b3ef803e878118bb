import type { BalanceState, Book, Frozen } from '../../src/state.ts';

/** Books as flat maps: accounts by `accountKey`, balances by any key, scales by `scaleKey`. */
export type FlatBooks = {
  accounts: ReadonlyMap<string, Frozen>;
  balances: ReadonlyMap<string, BalanceState>;
  scales: ReadonlyMap<string, string>;
};

/** The books of the ledgers of which something is given. */
export function toBooks({ accounts, balances, scales }: FlatBooks): Map<string, Book> {
  const books = new Map<string, ReturnType<typeof emptyBook>>();
  const bookOf = (ledgerUid: string) => {
    const book = books.get(ledgerUid) ?? emptyBook();
    books.set(ledgerUid, book);
    return book;
  };
  for (const [key, frozen] of accounts) {
    const [ledgerUid, address] = partsOf(key);
    bookOf(ledgerUid).accounts.set(address, frozen);
  }
  for (const balance of balances.values()) {
    const ofLedger = bookOf(balance.ledgerUid).balances;
    const ofAsset = ofLedger.get(balance.asset) ?? new Map<string, BalanceState>();
    ofLedger.set(balance.asset, ofAsset.set(balance.address, balance));
  }
  for (const [key, scale] of scales) {
    const [ledgerUid, code] = partsOf(key);
    bookOf(ledgerUid).scales.set(code, scale);
  }
  return books;
}

function emptyBook() {
  return {
    accounts: new Map<string, Frozen>(),
    balances: new Map<string, Map<string, BalanceState>>(),
    scales: new Map<string, string>(),
  };
}

function partsOf(key: string): [ledgerUid: string, name: string] {
  const slash = key.indexOf('/');
  return [key.slice(0, slash), key.slice(slash + 1)];
}

export function accountKey(ledgerUid: string, address: string): string {
  return `${ledgerUid}/${address}`;
}

export function balanceKey(ledgerUid: string, address: string, asset: string): string {
  return `${ledgerUid}/${address}/${asset}`;
}
