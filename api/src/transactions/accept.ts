import type { Command } from '@razao/shared/contract/command.ts';
import { Problem } from '@razao/shared/contract/problems.ts';
import type { StatusRecord } from '@razao/shared/contract/status-record.ts';
import type { Deps } from '../deps.ts';
import type { Acceptance } from '../intake/intake.ts';
import type { Ledger } from '../ledgers/ledger-directory.ts';
import { recordOf } from './lookup.ts';

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
  const bytes = bodyBytes + COMMAND_BYTES + POSTING_BYTES * command.postings.length;
  const { fresh, record } = await deps.intake(ledger.shard).accept(command, bytes);
  const truth = await truthOf(deps, command, record);
  refuseReuse(deps, command, truth);
  if (!fresh) deps.metrics.replays.inc();
  return { fresh, record: truth };
}

/** Throws `idempotency_key_reused` where the record is that of another command. */
export function refuseReuse(deps: Deps, command: Command, record: StatusRecord): void {
  if (record.fingerprint === command.fingerprint) return;
  deps.metrics.conflicts.inc();
  const detail = 'this idempotency key stands for another command; use a new key';
  const faults = [{ header: 'Idempotency-Key', detail: 'was used for another command' }];
  throw new Problem('idempotency_key_reused', detail, { faults });
}

/**
 * A record that contradicts the command and is only queued may itself be the late one: the key was used long before, when
 * Redis knew nothing of it any more. Then the ledger decides, if it can be asked.
 */
async function truthOf(deps: Deps, command: Command, record: StatusRecord): Promise<StatusRecord> {
  if (record.status !== 'queued' || record.fingerprint === command.fingerprint) return record;
  const row = await deps.lookup.row(command.ledgerId, command.id).catch(() => undefined);
  return row ? recordOf(row) : record;
}
