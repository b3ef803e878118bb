import type { Chunk } from '@razao/shared/queue/chunk-consumer.ts';

/** Raised where the next chunk of a shard was written by a newer version: nobody but such a one may go on with the shard. */
export class ChunkTooNew extends Error {
  readonly chunkId: string;

  constructor({ id, fault }: Chunk) {
    super(`chunk ${id} ${fault?.reason}`);
    this.name = 'ChunkTooNew';
    this.chunkId = id;
  }
}
