import type { Acting, Moving } from '../command.ts';
import type { Balances, Change } from './balances.ts';
import type { MixRecord } from './record.ts';

/** The system's own: ends a hold whose time is over. */
export type Expiry = { kind: 'expiry'; id: string; target: string };

/** A command at its turn, with the sequence that it has got, and when it was accepted and posted, in UTC to the microsecond. */
export type Turn<C = Moving | Acting | Expiry> = {
  command: C;
  sequence: number;
  acceptedAt: string;
  postedAt: string;
};

/** What the rules look at. */
export type Books = { balances: Balances; records: ReadonlyMap<string, MixRecord> };

/** What a command does. */
export type Effect = {
  change: Change;
  /** The command's own. */
  record: Pick<MixRecord, 'status' | 'postings'> & Partial<MixRecord>;
  /** What becomes of its target. */
  target?: Partial<MixRecord>;
};

/** The codes, any of which says rightly why a command is rejected; or its effect. */
export type Judged = string[] | Effect;

/** Whole seconds later. */
export function addSeconds(instant: string, seconds: number): string {
  const whole = instant.slice(0, 'YYYY-MM-DDTHH:MM:SS'.length);
  const fraction = instant.slice(whole.length);
  const later = new Date(Date.parse(`${whole}Z`) + seconds * 1_000).toISOString();
  return `${later.slice(0, whole.length)}${fraction}`;
}
