import type { Command, TransactionKind } from './command.ts';

type FieldsOf<K extends TransactionKind> = readonly (keyof Extract<Command, { kind: K }>)[];

/** What a command of any kind has, and all that is left of one that was discarded. */
export const BARE_FIELDS = ['ledgerUid', 'id', 'kind', 'fingerprint', 'acceptedAt'] as const;
const MOVING = ['postings', 'description', 'reference', 'metadata', 'effectiveAt'] as const;

/** The fields that a command of each kind has in a chunk. A reader that meets another one does not know what is asked for. */
export const COMMAND_FIELDS: { readonly [K in TransactionKind]: FieldsOf<K> } = {
  transfer: [...BARE_FIELDS, ...MOVING],
  hold: [...BARE_FIELDS, ...MOVING, 'expiresAt'],
  capture: [...BARE_FIELDS, 'target', 'amount', 'final'],
  release: [...BARE_FIELDS, 'target'],
  expiry: [...BARE_FIELDS, 'target'],
  revert: [...BARE_FIELDS, 'target', 'amount', 'force'],
};
/** What is absent from a command of any kind where it was not asked for. */
const OPTIONAL_FIELDS = ['dependsOn', 'atomic'] as const;
const DATED_FIELDS = [...OPTIONAL_FIELDS, 'effectiveAt'] as const;

/** What a command of each kind may have besides. */
export const OPTIONAL_FIELDS_OF: { readonly [K in TransactionKind]: readonly string[] } = {
  transfer: OPTIONAL_FIELDS,
  hold: OPTIONAL_FIELDS,
  capture: DATED_FIELDS,
  release: OPTIONAL_FIELDS,
  expiry: OPTIONAL_FIELDS,
  revert: DATED_FIELDS,
};

export const POSTING_FIELDS = ['source', 'destination', 'asset', 'amount'] as const;
export const CONDITION_FIELDS = ['sourceAvailableGte'] as const;
