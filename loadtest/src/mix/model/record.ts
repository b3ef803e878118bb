import type { MixPosting } from '../command.ts';

/** What the model knows of a transaction. */
export type MixRecord = {
  kind: 'transfer' | 'hold' | 'capture' | 'release' | 'expiry' | 'revert';
  status: 'pending' | 'posted' | 'rejected' | 'released' | 'expired';
  /** What it moved, reserved or freed; of a rejected one what it wanted to, where it said so. */
  postings: readonly MixPosting[];
  target: string | null;
  /** When it takes effect, in UTC to the microsecond; of a hold when it was posted. */
  effectiveAt: string;
  /** In UTC to the microsecond; of a hold that was not rejected. */
  expiresAt: string | null;
  /** Of a hold. */
  captured: bigint;
  reverted: bigint;
  /** Whether it went past a limit that would have stopped it otherwise. */
  byForce: boolean;
  /** The sequence of the last transaction that changed it. */
  version: number;
};

/** The only posting there is; such a transaction can be taken in parts. */
export function onlyOf({ postings }: Pick<MixRecord, 'postings'>): MixPosting | null {
  const [first, ...others] = postings;
  return first !== undefined && others.length === 0 ? first : null;
}

/** Null where the postings are of several assets. */
export function totalOf(postings: readonly MixPosting[]): bigint | null {
  const assets = new Set(postings.map(({ asset }) => asset));
  return assets.size > 1 ? null : postings.reduce((sum, { amount }) => sum + amount, 0n);
}
