import type { Outcome } from './command.ts';

/** What the database has of an outcome, as its statements and views name it; numbers are text. */
export type OutcomeRow = {
  version: string;
  status: Outcome['status'];
  kind: Outcome['kind'];
  sequence: string;
  fingerprint: string;
  accepted_at: string;
  posted_at: string;
  rejection: Outcome['rejection'];
};

export function toOutcome(row: OutcomeRow): Outcome {
  return {
    version: Number(row.version),
    status: row.status,
    kind: row.kind,
    sequence: Number(row.sequence),
    fingerprint: row.fingerprint,
    acceptedAt: row.accepted_at,
    postedAt: row.posted_at,
    rejection: row.rejection,
  };
}
