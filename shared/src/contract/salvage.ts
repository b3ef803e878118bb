import type { BareCommand } from './bare-command.ts';
import { isBareCommand } from './chunk.ts';
import { BARE_FIELDS } from './chunk-fields.ts';
import { isRecord } from './is-record.ts';

/** What could be read of a chunk's commands; `whole`: it was all of them. */
export type Salvage = { commands: BareCommand[]; whole: boolean };

/** Reads of each command in a chunk, damaged as it may be, enough for its outcome. */
export function salvage(data: unknown): Salvage {
  const given = isRecord(data) && Array.isArray(data['commands']) ? data['commands'] : [];
  const commands = given.map(pickBare).filter(isBareCommand);
  return { commands, whole: given.length > 0 && commands.length === given.length };
}

function pickBare(command: unknown): unknown {
  if (!isRecord(command)) return null;
  return Object.fromEntries(BARE_FIELDS.map((field) => [field, command[field]]));
}
