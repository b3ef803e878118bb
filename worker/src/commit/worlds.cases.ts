import type { Command } from '@razao/shared/contract/command.ts';
import type { MemoryDatabase } from './memory-database.cases.ts';
import type { NaiveBalance, NaiveLedger } from './naive-ledger.cases.ts';
import { accountKey, type BalanceState, balanceKey, type Frozen } from './state.ts';

export const LEDGERS = [1, 2, 3];
export const POSTED_AT = '2026-11-25T12:00:00.000001Z';

export type Setting = {
  ledgerId: number;
  address: string;
  frozen: Frozen;
  asset: string | null;
  balance: NaiveBalance;
};
/** What is stored, the commands that come, which of them are unprocessable, and the sizes of the batches in turn. */
export type World = {
  explicit: number[];
  settings: Setting[];
  commands: Command[];
  unprocessable: string[];
  cuts: number[];
};

/** The world as the naive ledger keeps it. */
export function createNaiveLedgers({ explicit, settings }: World): Map<number, NaiveLedger> {
  return new Map(
    LEDGERS.map((id) => {
      const own = settings.filter(({ ledgerId }) => ledgerId === id);
      const balances = own.flatMap(({ address, asset, balance }) =>
        asset ? [[`${address} ${asset}`, balance] as const] : [],
      );
      const accounts = new Map(own.map(({ address, frozen }) => [address, frozen]));
      return [
        id,
        {
          explicit: explicit.includes(id),
          accounts,
          balances: new Map(balances),
          entries: [],
          transactions: [],
        },
      ];
    }),
  );
}

/** The same world as rows. */
export function createDatabase(world: World): MemoryDatabase {
  const database: MemoryDatabase = {
    ledgers: new Map(),
    accounts: new Map(),
    balances: new Map(),
    transactions: new Map(),
    entries: new Map(),
  };
  for (const [id, { explicit, accounts, balances }] of createNaiveLedgers(world)) {
    for (const [address, frozen] of accounts)
      database.accounts.set(accountKey(id, address), frozen);
    for (const [index, [key, balance]] of [...balances].entries()) {
      const row = { ...balanceRow(id, key, balance), id: index + 1 };
      database.balances.set(balanceKey(id, row.address, row.asset), row);
    }
    const hash = Buffer.alloc(32).toString('base64');
    const mode = explicit ? 'explicit' : 'auto';
    database.ledgers.set(id, {
      id,
      accounts: mode,
      nextSequence: 1,
      nextBalance: balances.size + 1,
      settingsVersion: 0,
      hash,
      postedAt: POSTED_AT,
    });
  }
  return database;
}

function balanceRow(ledgerId: number, key: string, balance: NaiveBalance): BalanceState {
  const [address = '', asset = ''] = key.split(' ');
  const { posted, held, overdraft, max } = balance;
  return {
    ledgerId,
    address,
    asset,
    id: null,
    posted,
    held,
    overdraftLimit: overdraft === 'none' ? null : overdraft,
    maxBalance: max === 'none' ? null : max,
    version: posted === 0n ? 0 : 3,
  };
}
