import type { Command } from '@razao/shared/contract/command.ts';
import {
  BATCH_COMMANDS_MAX,
  BATCH_POSTINGS_MAX,
  COMMIT_QUICK_MS_MAX,
} from '@razao/shared/contract/limits.ts';
import { postingsOf } from './join-chunks.ts';

const BATCH_SIZE_MAX = BATCH_COMMANDS_MAX + BATCH_POSTINGS_MAX;

/**
 * How large a commit may be for its statements to end in time, in commands and postings together. A commit that is too slow
 * halves it, one that is quick doubles it, so that a slow day costs one statement's time and not one for every batch.
 */
export class CommitSize {
  #max = Number.POSITIVE_INFINITY;

  allows(commands: readonly Command[]): boolean {
    return this.#max === Number.POSITIVE_INFINITY || sizeOf(commands) <= this.#max;
  }

  wasTooSlow(commands: readonly Command[]): void {
    this.#max = Math.max(1, Math.floor(sizeOf(commands) / 2));
  }

  /** `ms` is how long the commit took. */
  succeeded(commands: readonly Command[], ms: number): void {
    if (this.#max === Number.POSITIVE_INFINITY) return;
    if (ms >= COMMIT_QUICK_MS_MAX || 2 * sizeOf(commands) <= this.#max) return;
    this.#max = 2 * this.#max < BATCH_SIZE_MAX ? 2 * this.#max : Number.POSITIVE_INFINITY;
  }
}

/** Parts groups, in order, where about half of what is to be written stands on either side; two at least. */
export function halves<G extends readonly Command[]>(groups: readonly G[]): [G[], G[]] {
  const sizes = groups.map(sizeOf);
  const half = sizes.reduce((sum, size) => sum + size, 0) / 2;
  let [left, middle] = [0, 0];
  for (const size of sizes) {
    if (middle > 0 && left + size / 2 > half) break;
    left += size;
    middle += 1;
  }
  middle = Math.min(middle, groups.length - 1);
  return [groups.slice(0, middle), groups.slice(middle)];
}

function sizeOf(commands: readonly Command[]): number {
  return commands.reduce((sum, command) => sum + 1 + postingsOf(command), 0);
}
