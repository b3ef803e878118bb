import type { Command } from '@razao/shared/contract/command.ts';

/** Splits commands, in order, into what is applied together: an atomic bulk with all its members, every other command alone. */
export function atomicGroups(commands: readonly Command[]): Command[][] {
  const groups: Command[][] = [];
  for (const command of commands) {
    const last = groups.at(-1);
    const before = last?.[0];
    const together =
      command.atomic !== undefined &&
      before?.atomic === command.atomic &&
      before.ledgerUid === command.ledgerUid;
    if (together) last?.push(command);
    else groups.push([command]);
  }
  return groups;
}
