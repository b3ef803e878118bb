import type { Command } from '@razao/shared/contract/command.ts';
import { toOutcome } from '@razao/shared/contract/outcome-row.ts';
import { sameFingerprint } from '@razao/shared/contract/status-record.ts';
import type { Deps } from '../../deps.ts';
import type { Acceptance, Contradiction } from '../../intake/gather.ts';
import type { Ledger } from '../../ledgers/ledger-directory.ts';
import { addedBytes, isDoubtful, keyReused } from '../accept.ts';
import type { TransactionRow } from '../lookup.ts';
import { keyPlace } from './read-item.ts';

/**
 * Makes the commands of a bulk durable, all in one chunk. Resolves with what is known of each id, in order; that may be
 * another command, but not in an atomic bulk: there it throws `idempotency_key_reused`. Throws what `Intake.accept` throws.
 */
export async function acceptBulk(
  deps: Deps,
  ledger: Ledger,
  commands: readonly Command[],
  bodyBytes: number,
): Promise<readonly Acceptance[]> {
  if (commands.length === 0) return [];
  const bytes = commands.reduce((sum, command) => sum + addedBytes(command), bodyBytes);
  const accepted = await deps.intake(ledger.shard).acceptBulk(commands, bytes);
  return 'contradicting' in accepted
    ? replayStored(deps, ledger, commands, accepted)
    : truths(deps, ledger, commands, accepted);
}

/**
 * What contradicts an atomic bulk may itself be late: if the ledger has the whole bulk already, as it was sent, that stands.
 */
async function replayStored(
  deps: Deps,
  ledger: Ledger,
  commands: readonly Command[],
  { contradicting }: Contradiction,
): Promise<Acceptance[]> {
  const rows = await storedRows(deps, ledger, commands);
  const replays = commands.flatMap(({ id, fingerprint }) => {
    const row = rows.get(id);
    if (!row || !sameFingerprint(row.fingerprint, fingerprint)) return [];
    return [{ fresh: false, record: toOutcome(row) }];
  });
  if (replays.length === commands.length) return replays;
  deps.metrics.conflicts.inc(contradicting.length);
  throw keyReused(contradicting.map(keyPlace));
}

/** As for a single write: a queued record that contradicts its command may be the late one, and the ledger decides. */
async function truths(
  deps: Deps,
  ledger: Ledger,
  commands: readonly Command[],
  accepted: readonly Acceptance[],
): Promise<Acceptance[]> {
  const doubtful = commands.filter((command, i) => {
    const record = accepted[i]?.record;
    return record && isDoubtful(command, record);
  });
  if (doubtful.length === 0) return [...accepted];
  const rows = await storedRows(deps, ledger, doubtful);
  return accepted.map((acceptance, i) => {
    const command = commands[i];
    const row = command && isDoubtful(command, acceptance.record) ? rows.get(command.id) : null;
    return row ? { fresh: false, record: toOutcome(row) } : acceptance;
  });
}

/** None where Postgres does not answer. */
function storedRows(
  deps: Deps,
  ledger: Ledger,
  commands: readonly Command[],
): Promise<Map<string, TransactionRow>> {
  const ids = commands.map(({ id }) => id);
  return deps.lookup.rows(ledger.uid, ids).catch(() => new Map());
}
