/** A posting of the mix; where `availableGte` is there, its source must have that much available when its turn comes. */
export type MixPosting = {
  source: string;
  destination: string;
  asset: string;
  amount: bigint;
  availableGte?: bigint;
};

/** A transfer, or a hold where it expires. */
export type Moving = {
  kind: 'transfer' | 'hold';
  /** Its idempotency key, a UUID in lower case. */
  id: string;
  postings: readonly MixPosting[];
  /** Seconds; of a hold. */
  expiresIn: number | null;
  dependsOn: string | null;
  /** In UTC to the microsecond; of a transfer. */
  effectiveAt: string | null;
};

/** Amount null: all that is left. The instant in UTC to the microsecond, null: that of its posting or of its target, the later one. */
type Following = { id: string; target: string; amount: bigint | null; effectiveAt: string | null };

/** What acts on another transaction. */
export type Acting =
  | ({ kind: 'capture'; final: boolean } & Following)
  | ({ kind: 'revert'; force: boolean } & Following)
  | { kind: 'release'; id: string; target: string };

export type MixCommand = Moving | Acting;

/** One request of a client. */
export type MixRequest = {
  client: number;
  /** A bulk's members have all of it in common, or, where it is atomic, also their outcome. */
  shape: 'single' | 'bulk' | 'atomic';
  commands: readonly MixCommand[];
  /** Where in a bulk an item stands that is not valid; it is refused alone, and an atomic bulk with it. */
  invalidAt: number | null;
  /** Whether it was accepted before: a replay. */
  again: boolean;
};

/** The assets of the mix: some transactions move both. */
export const MIX_ASSETS = ['BRL/2', 'USD/2'] as const;
