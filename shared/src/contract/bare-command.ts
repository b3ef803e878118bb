import type { Command, TransactionKind } from './command.ts';

/** What is left of a command that was discarded: enough for its outcome. */
export type BareCommand = Pick<Command, 'ledgerUid' | 'id' | 'fingerprint' | 'acceptedAt'> & {
  kind: TransactionKind;
};

const NOTHING = {
  postings: [],
  description: null,
  reference: null,
  metadata: {},
  effectiveAt: null,
} as const;

/** A command that stands for a discarded one: only ever rejected unseen, so that it asks for nothing, and of nobody but itself. */
export function toUnseen({ kind, ...accepted }: BareCommand): Command {
  const target = accepted.id;
  switch (kind) {
    case 'transfer':
      return { ...accepted, kind, ...NOTHING };
    case 'hold':
      return { ...accepted, kind, ...NOTHING, expiresAt: accepted.acceptedAt };
    case 'capture':
      return { ...accepted, kind, target, amount: null, final: true };
    case 'revert':
      return { ...accepted, kind, target, amount: null, force: false };
    case 'release':
    case 'expiry':
      return { ...accepted, kind, target };
  }
}
