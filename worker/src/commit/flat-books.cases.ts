import type { BalanceState, Book, Frozen } from './state.ts';

/** Books as flat maps: accounts by `accountKey`, balances by any key, scales by `scaleKey`. */
export type FlatBooks = {
  accounts: ReadonlyMap<string, Frozen>;
  balances: ReadonlyMap<string, BalanceState>;
  scales: ReadonlyMap<string, string>;
};

/** The books of the ledgers of which something is given. */
export function toBooks({ accounts, balances, scales }: FlatBooks): Map<number, Book> {
  const books = new Map<number, ReturnType<typeof emptyBook>>();
  const bookOf = (ledgerId: number) => {
    const book = books.get(ledgerId) ?? emptyBook();
    books.set(ledgerId, book);
    return book;
  };
  for (const [key, frozen] of accounts) {
    const [ledgerId, address] = partsOf(key);
    bookOf(ledgerId).accounts.set(address, frozen);
  }
  for (const balance of balances.values()) {
    const ofLedger = bookOf(balance.ledgerId).balances;
    const ofAsset = ofLedger.get(balance.asset) ?? new Map<string, BalanceState>();
    ofLedger.set(balance.asset, ofAsset.set(balance.address, balance));
  }
  for (const [key, scale] of scales) {
    const [ledgerId, code] = partsOf(key);
    bookOf(ledgerId).scales.set(code, scale);
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

function partsOf(key: string): [ledgerId: number, name: string] {
  const slash = key.indexOf('/');
  return [Number(key.slice(0, slash)), key.slice(slash + 1)];
}

export function accountKey(ledgerId: number, address: string): string {
  return `${ledgerId}/${address}`;
}

export function balanceKey(ledgerId: number, address: string, asset: string): string {
  return `${ledgerId}/${address}/${asset}`;
}
