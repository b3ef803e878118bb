import type { Command } from './command.ts';

/**
 * What this code understands of a chunk, as one number: it goes up by one with every rule, kind or field that a reader must
 * know to do what the command asks for.
 */
export const READER_LEVEL = 2;
/** What every chunk of this form needs at least. */
export const LEVEL_MIN = 1;
/** What moves money that its target named takes effect no earlier than that. */
const EFFECT_AFTER_TARGET = 2;

/**
 * The level that a reader needs to do what a command asks for. This is the one place to raise it: whoever adds a kind, a field
 * or a rule raises `READER_LEVEL`, and returns that for the commands that use what is new, and only for those, so that all
 * others go on while old and new workers run side by side.
 */
export function levelOf(command: Command): number {
  switch (command.kind) {
    case 'transfer':
    case 'hold':
    case 'release':
    case 'expiry':
      return LEVEL_MIN;
    case 'capture':
    case 'revert':
      return EFFECT_AFTER_TARGET;
  }
}
