import { setTimeout as delay } from 'node:timers/promises';
import { atomicGroups } from '@razao/ledger/atomic-groups.ts';
import type { Command } from '@razao/shared/contract/command.ts';
import {
  ALONE_LOCK_MS_MAX,
  COMMIT_LOCK_MS_MAX,
  DEATHS_BEFORE_REJECTION,
  OWNER_BEAT_MS,
  SUSPECT_PARTS,
} from '@razao/shared/contract/limits.ts';
import type { Chunk } from '@razao/shared/queue/chunk-consumer.ts';
import type { Owner } from '@razao/shared/queue/owner.ts';
import type { ShardKeys } from '@razao/shared/runtime/keys.ts';
import type { Redis } from 'ioredis';
import { LockLost } from '../leadership/lock-lost.ts';
import type { LockSession } from '../leadership/lock-session.ts';
import { type Part, readAttempts } from './attempts.ts';
import type { Pass } from './gate.ts';

export type AloneTools = {
  redis: Redis;
  keys: ShardKeys;
  owner: Owner;
  session: LockSession;
  /** Commits commands with nobody beside, again until it succeeds, each try within `around`, and publishes them. */
  apply(commands: readonly Command[], around: Pass): Promise<void>;
  /** Stores commands as `processing_failed`, unseen, and publishes that. */
  condemn(commands: readonly Command[]): Promise<void>;
  /** The lock is lost, or the process is to stop. */
  over(): boolean;
};

/** Of how many chunks, with which as many processes died at once, a set may be; each more of them has died with more than once. */
const SET_CHUNKS_MAX = [Number.POSITIVE_INFINITY, 16];

/**
 * Divides suspect chunks, in their order, into sets to be tried at once: at first it is all of them, so that the innocent lose little
 * time, and nobody else does. A set with which a process died, or may have died, is divided further.
 */
export async function suspectSets(
  { redis, keys, owner }: Pick<AloneTools, 'redis' | 'keys' | 'owner'>,
  chunks: readonly Chunk[],
): Promise<Chunk[][]> {
  const ids = chunks.map(({ id }) => id);
  const attempts = await readAttempts({ redis, keys, owner: owner.id, chunks: ids });
  const sets: { toll: number; chunks: Chunk[] }[] = [];
  for (const chunk of chunks) {
    const { died, open } = attempts.tollTogether(chunk.id);
    const [toll, last] = [died + open, sets.at(-1)];
    if (last && last.toll === toll && last.chunks.length < (SET_CHUNKS_MAX[toll] ?? 1))
      last.chunks.push(chunk);
    else sets.push({ toll, chunks: [chunk] });
  }
  return sets.map((set) => set.chunks);
}

/** Commits several chunks with which processes have died, with nobody beside. Throws as `workAlone` does. */
export async function workSet(tools: AloneTools, chunks: readonly Chunk[]): Promise<void> {
  const { redis, keys, owner } = tools;
  const ids = chunks.map(({ id }) => id);
  const attempts = await readAttempts({ redis, keys, owner: owner.id, chunks: ids });
  const commands = chunks.flatMap((chunk) => chunk.commands ?? []);
  await impatiently(tools, async () => {
    if (commands.length === 0) return;
    await tools.apply(commands, (work) => {
      if (tools.over()) throw new LockLost(keys.shard);
      return attempts.makeTogether(work);
    });
  });
  await attempts.forget();
}

/** All other shards of the process wait meanwhile: a lock that somebody has is not waited for so long. */
async function impatiently({ session }: AloneTools, work: () => Promise<void>): Promise<void> {
  await session.query(`set lock_timeout = ${ALONE_LOCK_MS_MAX}`);
  try {
    await work();
  } finally {
    if (!session.lost) await session.query(`set lock_timeout = ${COMMIT_LOCK_MS_MAX}`);
  }
}

/**
 * Commits a chunk with which processes have died, such that the next death shows the culprit: while a part of it is tried
 * nothing else is committed or published in this process. At first the part is all of it, so that the innocent lose little
 * time; one with which a process died, or may have died, is split. A single command, or atomic bulk, with which processes
 * died often enough is rejected: a death counts only once it is proven, and is waited for here.
 *
 * Throws `LockLost` where it ends early; the chunk then stays in the queue.
 */
export async function workAlone(tools: AloneTools, chunk: Chunk): Promise<void> {
  const { redis, keys, owner } = tools;
  const attempts = await readAttempts({ redis, keys, owner: owner.id, chunks: [chunk.id] });

  async function work(part: Part): Promise<void> {
    if (part.length === 0) return;
    const { died, open } = attempts.toll(part);
    if (part.length > 1 && died + open > 0) {
      const size = Math.ceil(part.length / SUSPECT_PARTS);
      for (let from = 0; from < part.length; from += size)
        await work(part.slice(from, from + size));
      return;
    }
    const commands = part.flat();
    const condemned = part.length === 1 && (await isCondemned(part));
    if (condemned) await tools.condemn(commands);
    else await tools.apply(commands, (work) => attempt(part, work));
  }

  /** One try: what fails for a reason of the infrastructure is taken back, lets others pass, and is another attempt then. */
  async function attempt<T>(part: Part, work: () => Promise<T>): Promise<T> {
    if (tools.over()) throw new LockLost(keys.shard);
    return await attempts.make(part, work);
  }

  async function isCondemned(part: Part): Promise<boolean> {
    for (;;) {
      const { died, open } = attempts.toll(part);
      if (died + open < DEATHS_BEFORE_REJECTION) return false;
      // Silence that Redis itself may have caused, by having been away, proves nothing.
      if (died >= DEATHS_BEFORE_REJECTION && owner.steady()) return true;
      await delay(OWNER_BEAT_MS / 2);
      if (tools.over()) throw new LockLost(keys.shard);
      await attempts.read();
    }
  }

  await impatiently(tools, () => work(atomicGroups(chunk.commands ?? [])));
  await attempts.forget();
}
