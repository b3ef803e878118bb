import { BATCH_COMMANDS_MAX, BATCH_POSTINGS_MAX } from '@razao/shared/contract/limits.ts';
import type { Chunk } from '@razao/shared/queue/chunk-pump.ts';

/**
 * Whether a chunk still fits into the batch of the chunks taken before it. One that cannot be decoded or must run alone
 * shares a batch with nobody.
 */
export function fitsBatch(taken: readonly Chunk[], next: Chunk): boolean {
  const all = [...taken, next];
  if (all.some((chunk) => chunk.alone || chunk.commands === null)) return false;
  let commands = 0;
  let postings = 0;
  for (const chunk of all) {
    commands += chunk.commands?.length ?? 0;
    for (const command of chunk.commands ?? []) postings += command.postings.length;
  }
  return commands <= BATCH_COMMANDS_MAX && postings <= BATCH_POSTINGS_MAX;
}
