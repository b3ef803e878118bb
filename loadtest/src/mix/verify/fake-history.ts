import type { MixCommand } from '../command.ts';
import type { HistoryRow } from './read-history.ts';

const AT = '2026-11-26T10:00:00.000000Z';

/** The row of a transfer for tests, of the first posting alone, with what a test cares about put over it. */
export function fakeRow(
  command: Extract<MixCommand, { postings: unknown }>,
  sequence: number,
  about: Partial<HistoryRow> = {},
): HistoryRow {
  return {
    id: command.id,
    sequence: String(sequence),
    kind: command.kind,
    status: 'posted',
    code: null,
    target: null,
    postings: command.postings.map((posting) => [
      posting.source,
      posting.destination,
      posting.asset,
      String(posting.amount),
    ]),
    accepted_at: AT,
    posted_at: AT,
    effective_at: command.effectiveAt ?? AT,
    version: String(sequence),
    hold_expires_at: null,
    hold_captured: null,
    hold_remaining: null,
    reverted_amount: '0',
    ...about,
  };
}
