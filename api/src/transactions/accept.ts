import type { Command } from '@razao/shared/contract/command.ts';
import { toOutcome } from '@razao/shared/contract/outcome-row.ts';
import { type FaultPlace, Problem } from '@razao/shared/contract/problems.ts';
import { type StatusRecord, sameFingerprint } from '@razao/shared/contract/status-record.ts';
import type { Deps } from '../deps.ts';
import type { Acceptance } from '../intake/gather.ts';
import type { Ledger } from '../ledgers/ledger-directory.ts';

/** Bytes of a command in a chunk: about the request's body, and for each posting and the command itself what is added. */
const POSTING_BYTES = 100;
const COMMAND_BYTES = 300;

/**
 * Makes a command durable. Resolves with what is known of the transaction that its idempotency key stands for. Throws
 * `idempotency_key_reused` where that is another command, and what `Intake.accept` throws.
 */
export async function acceptCommand(
  deps: Deps,
  ledger: Ledger,
  command: Command,
  bodyBytes: number,
): Promise<Acceptance> {
  const { fresh, record } = await deps
    .intake(ledger.shard)
    .accept(command, bodyBytes + addedBytes(command));
  const truth = await truthOf(deps, command, record);
  refuseReuse(deps, command, truth);
  if (!fresh) deps.metrics.replays.inc();
  return { fresh, record: truth };
}

/** What a command has in a chunk beyond the body that it was sent in. */
export function addedBytes(command: Command): number {
  const postings = 'postings' in command ? command.postings.length : 0;
  return COMMAND_BYTES + POSTING_BYTES * postings;
}

/** Throws `idempotency_key_reused` where the record is that of another command. */
export function refuseReuse(deps: Deps, command: Command, record: StatusRecord): void {
  if (sameFingerprint(record.fingerprint, command.fingerprint)) return;
  deps.metrics.conflicts.inc();
  throw keyReused([{ header: 'Idempotency-Key' }]);
}

export function keyReused(places: readonly FaultPlace[]): Problem {
  const detail = 'this idempotency key stands for another command; use a new key';
  const faults = places.map((place) => ({ ...place, detail: 'was used for another command' }));
  return new Problem('idempotency_key_reused', detail, { faults });
}

/** Whether a record contradicts a command, and may itself be the late one: see `truthOf`. */
export function isDoubtful(command: Command, record: StatusRecord): boolean {
  return record.status === 'queued' && !sameFingerprint(record.fingerprint, command.fingerprint);
}

/**
 * A record that contradicts the command and is only queued may itself be the late one: the key was used long before, when
 * Redis knew nothing of it any more. Then the ledger decides, if it can be asked.
 */
async function truthOf(deps: Deps, command: Command, record: StatusRecord): Promise<StatusRecord> {
  if (!isDoubtful(command, record)) return record;
  const row = await deps.lookup.row(command.ledgerUid, command.id).catch(() => undefined);
  return row ? toOutcome(row) : record;
}
