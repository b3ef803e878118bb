import { isDoomed, type Transfer } from './transfer.ts';

/** The generator's own ledger: what every balance must be once all that was accepted has been applied. */
export type Books = {
  /** Enters a transfer that was accepted; one that must be rejected changes nothing. */
  enter(transfer: Transfer): void;
  /** Minor units of the account at that place. */
  balance(place: number): bigint;
};

/** Books with nothing in them, for `places` accounts. */
export function createBooks(places: number): Books {
  const balances = new BigInt64Array(places);
  const add = (place: number, amount: bigint) => {
    const before = balances[place];
    if (before === undefined) {
      throw new RangeError(`no account has place ${place}`);
    }
    balances[place] = before + amount;
  };
  return {
    enter(transfer) {
      if (isDoomed(transfer)) {
        return;
      }
      const amount = BigInt(transfer.amount);
      add(transfer.source, -amount);
      add(transfer.destination, amount);
    },
    balance: (place) => balances[place] ?? 0n,
  };
}
