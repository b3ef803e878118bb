import type {
  Command,
  ConditionalPosting,
  HoldCommand,
  Posting,
} from '@razao/shared/contract/command.ts';
import { effectAsked } from '@razao/shared/contract/effect-asked.ts';
import type { StatusRecord } from '@razao/shared/contract/status-record.ts';
import { instantText } from '@razao/shared/contract/time.ts';
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

/**
 * Whether a command and its record say all there is to say of a transaction. Not once another one has changed it; and what
 * a capture, release or revert moved is only known from what it acted on.
 */
export function isWholeStory(command: Command, record: StatusRecord): boolean {
  if (record.status === 'queued' || record.status === 'rejected') return true;
  return 'postings' in command && record.version === record.sequence;
}

/** The transaction that a command became or will become, by a record with which it is the whole story. */
export function fromCommand(ledger: string, command: Command, record: StatusRecord) {
  const outcome = record.status === 'queued' ? null : record;
  const moving = 'postings' in command ? command : null;
  return {
    id: command.id,
    ledger,
    kind: command.kind,
    status: record.status,
    target: 'target' in command ? command.target : null,
    postings: moving ? withoutConditions(moving.postings) : [],
    hold:
      command.kind === 'hold' && record.status !== 'rejected'
        ? untouchedHold(command, record)
        : null,
    reverted_amount: '0',
    description: moving?.description ?? null,
    reference: moving?.reference ?? null,
    metadata: moving?.metadata ?? {},
    effective_at: effectAsked(command) ?? outcome?.postedAt ?? null,
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
    hold:
      row.hold_expires_at === null
        ? null
        : {
            expires_at: row.hold_expires_at,
            amount: row.hold_amount,
            captured: row.hold_captured,
            remaining: row.hold_remaining,
          },
    reverted_amount: row.reverted_amount,
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

function withoutConditions(postings: readonly ConditionalPosting[]): readonly Posting[] {
  if (postings.every((posting) => posting.if === undefined)) return postings;
  return postings.map(({ if: _, ...posting }) => posting);
}

/** A hold of which nothing was captured. Its time runs from the first acceptance, of which a replay only knows by the record. */
function untouchedHold({ acceptedAt, expiresAt, postings }: HoldCommand, record: StatusRecord) {
  const lifeMs = Date.parse(expiresAt) - Date.parse(acceptedAt);
  const assets = new Set(postings.map(({ asset }) => asset));
  const sum = postings.reduce((total, { amount }) => total + BigInt(amount), 0n);
  const amount = assets.size === 1 ? sum.toString() : null;
  return {
    expires_at: instantText(Date.parse(record.acceptedAt) + lifeMs),
    amount,
    captured: amount === null ? null : '0',
    remaining: amount,
  };
}
