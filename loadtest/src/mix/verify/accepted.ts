import type { MixCommand, MixRequest } from '../command.ts';

/** A command that was accepted. */
export type AcceptedCommand = {
  command: MixCommand;
  /** Who sent it; a client's commands must come to their turns in its order. */
  client: number;
  /** Its place among all that were accepted. */
  order: number;
  /** The ids of the atomic bulk that it is a member of. */
  group: readonly string[] | null;
};

/** All that was accepted, by id. */
export type AcceptedCommands = Map<string, AcceptedCommand>;

/** Enters a request that was accepted; one that was before changes nothing. */
export function enterAccepted(accepted: AcceptedCommands, request: MixRequest): void {
  const { client, shape, commands } = request;
  const group = shape === 'atomic' ? commands.map(({ id }) => id) : null;
  for (const command of commands) {
    if (accepted.has(command.id)) continue;
    accepted.set(command.id, { command, client, order: accepted.size, group });
  }
}
