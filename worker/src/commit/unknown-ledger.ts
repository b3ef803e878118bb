/** Raised where commands name ledgers that the database lacks, as after it was restored from an older backup. */
export class UnknownLedger extends Error {
  readonly ledgerIds: ReadonlySet<number>;

  constructor(ledgerIds: ReadonlySet<number>) {
    super(`the database lacks the ledgers ${[...ledgerIds].join(', ')}`);
    this.name = 'UnknownLedger';
    this.ledgerIds = ledgerIds;
  }
}
