import { randomUUID } from 'node:crypto';
import type { Command } from '@razao/shared/contract/command.ts';
import { BATCH_COMMANDS_MAX, BATCH_POSTINGS_MAX } from '@razao/shared/contract/limits.ts';
import type { Chunk } from '@razao/shared/queue/chunk-consumer.ts';
import { capture, transfer } from '@razao/shared/test/commands.ts';
import { expect, test } from 'vitest';
import { startBatch } from './join-chunks.ts';

const POSTING = 'world>alice 1';

test.each([
  ['chunks join up to the most commands', [BATCH_COMMANDS_MAX - 2, 1, 1, 1], 1, 3],
  ['one chunk too large for what is left ends the batch', [BATCH_COMMANDS_MAX - 2, 1, 2, 1], 1, 2],
  ['chunks join up to the most postings', [99, 1, 1], BATCH_POSTINGS_MAX / 100, 2],
  ['a first chunk of any size is a batch', [BATCH_COMMANDS_MAX, 1], 1, 1],
])('%s', (_, sizes, postings, joined) => {
  expect(join(sizes.map((size) => chunk(size, postings)))).toBe(joined);
});

test('a chunk that cannot be read or is discarded shares a batch with nobody, a suspect one only with others', () => {
  const suspect = { ...chunk(1, 1), alone: true };
  const odd = [{ ...chunk(1, 1), commands: null }, suspect, { ...chunk(1, 1), discarded: true }];
  for (const one of odd) {
    expect(join([one, chunk(1, 1)])).toBe(1);
    expect(join([chunk(1, 1), one])).toBe(1);
  }
  expect(join([suspect, suspect, chunk(1, 1)])).toBe(2);
});

test('a command without postings counts for ten', () => {
  const captures = chunk(500, 1, capture(1, randomUUID()));
  const others = Array.from({ length: 80 }, () => chunk(1, 100));
  expect(join([captures, ...others])).toBe(1 + (BATCH_POSTINGS_MAX - 10 * 500) / 100);
});

/** How many of the chunks one batch takes, asked as the consumer asks. */
function join(chunks: readonly Chunk[]): number {
  const fits = startBatch();
  const taken: Chunk[] = [];
  for (const next of chunks) {
    if (taken.length > 0 && !fits(taken, next)) break;
    taken.push(next);
  }
  return taken.length;
}

function chunk(size: number, postings: number, command: Command = moving(postings)): Chunk {
  const commands = Array.from({ length: size }, () => command);
  return { id: 'c-1', job: {} as Chunk['job'], commands, alone: false };
}

function moving(postings: number): Command {
  return transfer(1, Array.from({ length: postings }, () => POSTING).join(' + '));
}
