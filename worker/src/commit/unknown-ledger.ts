/** Raised where commands name ledgers that the database lacks, as after it was restored from an older backup. */
export class UnknownLedger extends Error {
  readonly ledgerUids: ReadonlySet<string>;

  constructor(ledgerUids: ReadonlySet<string>) {
    super(`the database lacks the ledgers ${[...ledgerUids].join(', ')}`);
    this.name = 'UnknownLedger';
    this.ledgerUids = ledgerUids;
  }
}
