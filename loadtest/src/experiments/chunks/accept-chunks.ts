import { toChunk } from '@razao/shared/contract/chunk.ts';
import { addChunk, type ChunkQueue, newChunkId } from '@razao/shared/queue/chunk-queue.ts';
import type { Commands } from '../books/create-commands.ts';

const CALLERS = 64;

/** Keeps 64 callers busy, each adding one chunk of `size` commands after the other. Returns the chunks' ids, oldest first. */
export async function acceptChunks(
  queue: ChunkQueue,
  commands: Commands,
  size: number,
  seconds: number,
): Promise<string[]> {
  const ids: string[] = [];
  const until = performance.now() + seconds * 1000;
  const call = async () => {
    while (performance.now() < until) {
      const id = newChunkId();
      ids.push(id);
      await addChunk(queue, id, toChunk(commands.take(size)));
    }
  };
  await Promise.all(Array.from({ length: CALLERS }, call));
  return ids;
}
