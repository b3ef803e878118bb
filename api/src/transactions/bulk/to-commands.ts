import type { Command } from '@razao/shared/contract/command.ts';
import { type Fault, Problem } from '@razao/shared/contract/problems.ts';
import { notValid } from '../../http/read-body.ts';
import type { Ledger } from '../../ledgers/ledger-directory.ts';
import { toMembers, toTransaction } from '../to-command.ts';
import type { Bulk } from './read-bulk.ts';
import { keyPlace } from './read-item.ts';

/** A command with its place in the bulk. */
export type Placed = { at: number; command: Command };

/**
 * The commands of a bulk's valid items. Throws `invalid_request` with every fault where an atomic one has items that are not
 * valid, or a key twice.
 */
export function toCommands(ledger: Ledger, { atomic, items }: Bulk): Placed[] {
  const placed = items.flatMap((item, at) =>
    item instanceof Problem
      ? []
      : [{ at, command: toTransaction(ledger, item.key, item.request) as Command }],
  );
  if (!atomic) return placed;
  const faults = items.flatMap((item) => (item instanceof Problem ? item.faults : []));
  faults.push(...repeatedKeys(placed));
  if (faults.length > 0) throw notValid(faults);
  return toMembers(placed.map(({ command }) => command)).map((command, at) => ({ at, command }));
}

function repeatedKeys(placed: readonly Placed[]): Fault[] {
  const seen = new Set<string>();
  const faults: Fault[] = [];
  for (const { at, command } of placed) {
    if (seen.has(command.id))
      faults.push({ ...keyPlace(at), detail: 'is that of an earlier transaction of the bulk' });
    seen.add(command.id);
  }
  return faults;
}
