import { randomUUID } from 'node:crypto';
import { transactionKey } from '@razao/ledger/state.ts';
import type { Command } from '@razao/shared/contract/command.ts';
import { type OwnersSaid, readOwners } from '@razao/shared/queue/owner.ts';
import { attemptsKey, type ShardKeys } from '@razao/shared/runtime/keys.ts';
import { defineScript, runScript } from '@razao/shared/runtime/script.ts';
import type { Redis } from 'ioredis';

/** What is tried together: commands, and atomic bulks with all their members. */
export type Part = readonly (readonly Command[])[];

/** Processes that tried a part, and died, or may have died. */
export type Toll = { died: number; open: number };

/**
 * The attempts at suspect chunks: at several at once, and at parts of one. Each is noted in Redis under an id of its own before the part is applied, with the
 * process that makes it, and taken back whatever way it ends but one: so what is still there of a process that is proven dead
 * is a death with that part in hand, and counts once.
 */
export type Attempts = {
  toll(part: Part): Toll;
  /** Of the chunk as one of several that were tried at once. */
  tollTogether(chunk: string): Toll;
  /** Reads anew what was noted, and what became of those processes. */
  read(): Promise<void>;
  /** Runs `attempt` as one of them. */
  make<T>(part: Part, attempt: () => Promise<T>): Promise<T>;
  /** The same at all chunks at once. */
  makeTogether<T>(attempt: () => Promise<T>): Promise<T>;
  /** Forgets all of them: the chunks were survived. */
  forget(): Promise<void>;
};

export type AttemptsOf = {
  redis: Redis;
  keys: ShardKeys;
  owner: string;
  /** One at least. */
  chunks: readonly string[];
};

/** How several chunks at once are named as a part of each of them. */
const TOGETHER = '*';

/** Also where Redis is full: posting is what makes room. KEYS: the shard's hash; ARGV: the value, fields that get it. */
const NOTE = defineScript(`#!lua flags=allow-oom
for i = 2, #ARGV do redis.call('HSET', KEYS[1], ARGV[i], ARGV[1]) end
`);

type Noted = { field: string; chunk: string; owner: string; part: string };

/** Reads what was noted of chunks before. Whoever holds the shard's lock is the only one that may. */
export async function readAttempts({ redis, keys, owner, chunks }: AttemptsOf): Promise<Attempts> {
  const key = attemptsKey(keys);
  let noted: Noted[] = [];
  let said: OwnersSaid | undefined;
  // Since the lock is ours all of theirs are over: who speaks after this has survived them.
  let since: number | undefined;

  async function read(): Promise<void> {
    const all: Record<string, string> = await redis.hgetall(key);
    noted = Object.entries(all)
      .map(([field, value]) => toNoted(field, value))
      .filter(({ chunk }) => chunks.includes(chunk));
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

  function tollOf(isMeant: (attempt: Noted) => boolean): Toll {
    const owners = new Set(noted.filter(isMeant).map((attempt) => attempt.owner));
    owners.delete(owner);
    const fates = [...owners].map((other) => said?.fateOf(other, since ?? 0));
    const count = (fate: string) => fates.filter((each) => each === fate).length;
    return { died: count('died'), open: count('open') };
  }

  async function make<T>(name: string, of: readonly string[], attempt: () => Promise<T>) {
    const id = randomUUID();
    const fields = of.map((chunk) => `${id} ${chunk}`);
    await runScript(redis, NOTE, [key], [`${owner} ${name}`, ...fields]);
    try {
      return await attempt();
    } finally {
      await remove(fields);
    }
  }

  await read();
  return {
    read,
    toll(part) {
      const name = nameOf(part);
      return tollOf((attempt) => attempt.part === name);
    },
    tollTogether: (chunk) =>
      tollOf((attempt) => attempt.part === TOGETHER && attempt.chunk === chunk),
    make: (part, attempt) => make(nameOf(part), chunks.slice(0, 1), attempt),
    makeTogether: (attempt) => make(TOGETHER, chunks, attempt),
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
  return { field, chunk: field.slice(field.indexOf(' ') + 1), owner, part };
}
