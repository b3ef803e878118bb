import { randomUUID } from 'node:crypto';
import type { Command } from '@razao/shared/contract/command.ts';
import { type OwnersSaid, readOwners } from '@razao/shared/queue/owner.ts';
import { attemptsKey, type ShardKeys } from '@razao/shared/runtime/keys.ts';
import { defineScript, runScript } from '@razao/shared/runtime/script.ts';
import type { Redis } from 'ioredis';
import { transactionKey } from './state.ts';

/** What is tried together: commands, and atomic bulks with all their members. */
export type Part = readonly (readonly Command[])[];

/** Processes that tried a part, and died, or may have died. */
export type Toll = { died: number; open: number };

/**
 * The attempts at parts of a suspect chunk. Each is noted in Redis under an id of its own before the part is applied, with the
 * process that makes it, and taken back whatever way it ends but one: so what is still there of a process that is proven dead
 * is a death with that part in hand, and counts once.
 */
export type Attempts = {
  toll(part: Part): Toll;
  /** Reads anew what was noted, and what became of those processes. */
  read(): Promise<void>;
  /** Runs `attempt` as one of them. */
  make<T>(part: Part, attempt: () => Promise<T>): Promise<T>;
  /** Forgets all of them: the chunk was survived. */
  forget(): Promise<void>;
};

export type AttemptsOf = { redis: Redis; keys: ShardKeys; owner: string; chunk: string };

/** Also where Redis is full: posting is what makes room. KEYS: the shard's hash; ARGV: the field, its value. */
const NOTE = defineScript(`#!lua flags=allow-oom
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
`);

type Noted = { field: string; owner: string; part: string };

/** Reads what was noted of a chunk before. Whoever holds the shard's lock is the only one that may. */
export async function readAttempts({ redis, keys, owner, chunk }: AttemptsOf): Promise<Attempts> {
  const key = attemptsKey(keys);
  let noted: Noted[] = [];
  let said: OwnersSaid | undefined;
  // Since the lock is ours all of theirs are over: who speaks after this has survived them.
  let since: number | undefined;

  async function read(): Promise<void> {
    const all: Record<string, string> = await redis.hgetall(key);
    noted = Object.entries(all)
      .filter(([field]) => field.endsWith(` ${chunk}`))
      .map(([field, value]) => toNoted(field, value));
    if (noted.length === 0) return;
    said = await readOwners(
      redis,
      keys.installation,
      noted.map((attempt) => attempt.owner),
    );
    since ??= said.now;
  }

  async function remove(fields: readonly string[]): Promise<void> {
    if (fields.length > 0) await redis.hdel(key, ...fields);
  }

  await read();
  return {
    read,
    toll(part) {
      const name = nameOf(part);
      const owners = new Set(
        noted.filter((attempt) => attempt.part === name).map((attempt) => attempt.owner),
      );
      owners.delete(owner);
      const fates = [...owners].map((other) => said?.fateOf(other, since ?? 0));
      const count = (fate: string) => fates.filter((each) => each === fate).length;
      return { died: count('died'), open: count('open') };
    },
    async make(part, attempt) {
      const field = `${randomUUID()} ${chunk}`;
      await runScript(redis, NOTE, [key], [field, `${owner} ${nameOf(part)}`]);
      try {
        return await attempt();
      } finally {
        await remove([field]);
      }
    },
    async forget() {
      await remove(noted.map(({ field }) => field));
      noted = [];
    },
  };
}

/** By its first command, and how many it has: a single one is the same whatever else its chunk holds. */
export function nameOf(part: Part): string {
  const [first] = part[0] ?? [];
  return first ? `${transactionKey(first.ledgerUid, first.id)}+${part.length}` : '';
}

function toNoted(field: string, value: string): Noted {
  const [owner = '', part = ''] = value.split(' ');
  return { field, owner, part };
}
