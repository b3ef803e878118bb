import type { Command } from './command.ts';

/** When a command asks to take effect; null: when it is posted. */
export function effectAsked(command: Command): string | null {
  return 'effectiveAt' in command ? (command.effectiveAt ?? null) : null;
}
