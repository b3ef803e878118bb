import type { Command } from '@razao/shared/contract/command.ts';
import type { StatusRecord } from '@razao/shared/contract/status-record.ts';
import type { Selectable } from 'kysely';
import type { ReadModel } from '../read-model.ts';

/** What is known of a transaction from Redis alone. */
export function knownSoFar(ledger: string, id: string, record: StatusRecord) {
  const head = {
    id,
    ledger,
    kind: record.kind,
    status: record.status,
    accepted_at: record.acceptedAt,
  };
  if (record.status === 'queued') return head;
  const { sequence, postedAt, rejection } = record;
  return { ...head, posted_at: postedAt, sequence, rejection };
}

/** The transaction that a command became or will become, by the record of its status. */
export function fromCommand(ledger: string, command: Command, record: StatusRecord) {
  const outcome = record.status === 'queued' ? null : record;
  return {
    id: command.id,
    ledger,
    kind: command.kind,
    status: record.status,
    target: null,
    postings: command.postings,
    hold: null,
    reverted_amount: '0',
    description: command.description,
    reference: command.reference,
    metadata: command.metadata,
    effective_at: command.effectiveAt ?? outcome?.postedAt ?? null,
    accepted_at: record.acceptedAt,
    posted_at: outcome?.postedAt ?? null,
    sequence: outcome?.sequence ?? null,
    rejection: outcome?.rejection ?? null,
  };
}

/** A stored transaction. */
export function fromRow(ledger: string, row: Selectable<ReadModel['transactions_view']>) {
  return {
    id: row.id,
    ledger,
    kind: row.kind,
    status: row.status,
    target: row.target,
    postings: row.postings.map(([source, destination, asset, amount]) => ({
      source,
      destination,
      asset,
      amount,
    })),
    hold: null,
    reverted_amount: '0',
    description: row.description,
    reference: row.reference,
    metadata: row.metadata ?? {},
    effective_at: row.effective_at,
    accepted_at: row.accepted_at,
    posted_at: row.posted_at,
    sequence: Number(row.sequence),
    rejection: row.rejection,
  };
}
