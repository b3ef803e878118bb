import type { Command } from '@razao/shared/contract/command.ts';
import type { StatusRecord } from '@razao/shared/contract/status-record.ts';
import { type Amount, RECORD_BYTES } from '@razao/shared/queue/backlog/count-commands.ts';

/** `fresh`: accepted now, for the first time; else `record` is what is known of the write that came first. */
export type Acceptance = { fresh: boolean; record: StatusRecord };

/**
 * Those of an atomic bulk's commands (by their place in it) whose id stands for another command: nothing of it was accepted.
 */
export type Contradiction = { contradicting: readonly number[] };

/** Who waits for an answer: of one command, or of a bulk, which is never split. */
export type Pending = (
  | { command: Command; bulk: null; resolve(acceptance: Acceptance): void }
  | {
      command: null;
      bulk: readonly Command[];
      resolve(acceptances: Acceptance[] | Contradiction): void;
    }
) & { bytes: number; reject(error: Error): void };

/** What is to be claimed: the first command of each id, in order; `firstOf` says for each command which that is. */
export type Gathered = { firsts: readonly Command[]; firstOf: readonly number[] };

export function countCommands({ bulk }: Pending): number {
  return bulk === null ? 1 : bulk.length;
}

/** All its commands are of one ledger. */
export function ledgerOf({ command, bulk }: Pending): string {
  return (command ?? bulk?.[0])?.ledgerUid ?? '';
}

/** About what it adds to what waits. */
export function amountOf(pending: Pending): Amount {
  const commands = countCommands(pending);
  return { commands, bytes: pending.bytes + RECORD_BYTES * commands };
}

/** Gathers the commands of a chunk, those of a bulk side by side. */
export function gather(chunk: readonly Pending[]): Gathered {
  const places = new Map<string, number>();
  const firsts: Command[] = [];
  const firstOf: number[] = [];
  const add = (command: Command) => {
    const id = `${command.ledgerUid}/${command.id}`;
    const known = places.get(id);
    firstOf.push(known ?? firsts.length);
    if (known !== undefined) return;
    places.set(id, firsts.length);
    firsts.push(command);
  };
  for (const { command, bulk } of chunk) {
    if (bulk === null) add(command);
    else bulk.forEach(add);
  }
  return { firsts, firstOf };
}
