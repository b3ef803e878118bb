import type { Transfer } from '../generate/transfer.ts';

/** One of the keys that everybody sends, and what is known about it. */
export type StormKey = {
  /** Of its one transaction; null until the first answer tells, where the key is not a UUID. */
  id: string | null;
  /** Whether an answer said that it is accepted: only then is another body certain to be refused. */
  accepted: boolean;
  /** Answers that took it for new. */
  firsts: number;
  /** The same key in all the ways it may be written in the header. */
  spellings: string[];
  /** The same command in different JSON. */
  bodies: string[];
  /** Another command. */
  otherBody: string;
  transfer: Transfer;
};

export type StormRequest = { of: StormKey; key: string; body: string; conflicting: boolean };

export type Storm = {
  /** By place; as in a workload, the empty account is part of it. */
  addresses: readonly string[];
  keys: readonly StormKey[];
  /** Makes up the next request of any connection. */
  next(): StormRequest;
};
