import type { Command } from '@razao/shared/contract/command.ts';
import { BATCH_COMMANDS_MAX, BATCH_POSTINGS_MAX } from '@razao/shared/contract/limits.ts';
import type { Chunk } from '@razao/shared/queue/chunk-consumer.ts';

/**
 * Starts a batch: the function it returns says of each next chunk whether it fits in too. It is asked in order, and counts
 * what it let in. A chunk that cannot be read or is discarded shares a batch with nobody, a suspect one only with others.
 */
export function startBatch(): (taken: readonly Chunk[], next: Chunk) => boolean {
  let size: Size | undefined;
  return (taken, next) => {
    const [first] = taken;
    if (!first || standsAlone(first) || standsAlone(next) || first.alone !== next.alone)
      return false;
    const before = size ?? sizeOf(first);
    const added = sizeOf(next);
    const commands = before.commands + added.commands;
    const postings = before.postings + added.postings;
    const fits = commands <= BATCH_COMMANDS_MAX && postings <= BATCH_POSTINGS_MAX;
    size = fits ? { commands, postings } : before;
    return fits;
  };
}

/** What a command without postings counts for: those of its target are not known yet. Mostly few, but up to a hundred. */
const POSTINGS_OF_A_TARGET = 10;

type Size = { commands: number; postings: number };

function standsAlone(chunk: Chunk): boolean {
  return chunk.commands === null || chunk.discarded === true;
}

function sizeOf({ commands }: Chunk): Size {
  const all = commands ?? [];
  return {
    commands: all.length,
    postings: all.reduce((sum, command) => sum + postingsOf(command), 0),
  };
}

/** How many postings a command counts for. */
export function postingsOf(command: Command): number {
  return 'postings' in command ? command.postings.length : POSTINGS_OF_A_TARGET;
}
