import type { Command } from '@razao/shared/contract/command.ts';
import { CHUNK_UNDER_WAY_MS_MAX } from '@razao/shared/contract/limits.ts';
import {
  decodeRecord,
  encodeQueued,
  type StatusRecord,
  sameFingerprint,
} from '@razao/shared/contract/status-record.ts';
import type { ChunkQueue, Claim } from '@razao/shared/queue/chunk-queue.ts';
import { deadLetters } from '@razao/shared/queue/dead-letters.ts';
import { chunksPresent } from '@razao/shared/queue/depth.ts';
import type { Clock } from '@razao/shared/runtime/clock.ts';
import { recordKey, type ShardKeys } from '@razao/shared/runtime/keys.ts';
import type { Redis } from 'ioredis';
import { admit, takeOver, withdraw } from './admit.ts';

/**
 * What holds for an id: ours to enqueue, where `found` is the line that was taken over; or the record of a write that is
 * durable already; or contested: another process is just accepting another command under it, and which of the two it is
 * cannot be told yet.
 */
export type Verdict =
  | { fresh: true; found?: string }
  | { fresh: false; record: StatusRecord }
  | { contested: true };

const ROUNDS_MAX = 5;

export type ClaimDeps = {
  redis: Redis;
  queue: ChunkQueue;
  keys: ShardKeys;
  chunkId: string;
  clock: Pick<Clock, 'now'>;
};

/**
 * Decides for each command whether this chunk enqueues it. A record that names this chunk is ours: the call was sent twice.
 * One that names a chunk which is not in the queue, and has no outcome, belongs to a write whose API process died before it
 * was durable: it is taken over. So a record that is answered here is always one of a durable write.
 */
export async function claimIds(deps: ClaimDeps, commands: readonly Command[]): Promise<Verdict[]> {
  const claims = commands.map((command) => toClaim(deps, command));
  const lines = await admit(deps.redis, claims);
  let judged = lines.map((line): Judged => ({ line, verdict: judge(line, deps.chunkId) }));
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const suspects = commands.flatMap((command, i): Suspect[] => {
      const { line, verdict } = judged[i] as Judged;
      return verdict || line === null ? [] : [{ i, command, claim: claims[i] as Claim, line }];
    });
    if (suspects.length === 0) return judged.map(({ verdict }) => verdict as Verdict);
    const settled = await settle(deps, suspects);
    judged = judged.map((one, i) => settled.get(i) ?? one);
  }
  throw new Error('records kept changing hands while they were claimed');
}

/** Gives up what this chunk claimed and will not enqueue. To be done before the chunk is queued. */
export function withdrawIds(deps: ClaimDeps, commands: readonly Command[]): Promise<void> {
  return withdraw(
    deps.redis,
    commands.map((command) => toClaim(deps, command)),
  );
}

/** Undefined where a record is queued in another chunk, which may never have reached the queue. */
function judge(line: string | null, chunkId: string): Verdict | undefined {
  const record = line === null ? null : decodeRecord(line);
  if (line === null || (record && chunkOf(record) === chunkId)) return { fresh: true };
  return record && record.status !== 'queued' ? { fresh: false, record } : undefined;
}

/** The line that stands for an id, and what holds for it; undefined where that cannot be told yet. */
type Judged = { line: string | null; verdict: Verdict | undefined };

/** A command under whose id another chunk's line stands, and its place. */
type Suspect = { i: number; command: Command; claim: Claim; line: string };

/**
 * Suspects whose chunk is queued are replays; the others are taken over, unless they have changed since. Taking over the
 * same command while its chunk is still on its way does no harm: it is applied once. Another command has to wait.
 *
 * An id can be withdrawn from a chunk before that is queued: so a record proves something only if it still stands when the
 * chunk has been seen. Returns what holds now, by place.
 */
async function settle(deps: ClaimDeps, suspects: readonly Suspect[]): Promise<Map<number, Judged>> {
  const records = suspects.map(({ line }) => decodeRecord(line));
  const chunks = records.map((record) => chunkOf(record) ?? '');
  const { queued, aside } = await findChunks(deps, chunks);
  const standing =
    queued.size + aside.size === 0
      ? []
      : await deps.redis.mget(suspects.map(({ claim }) => claim.key));
  const settled = suspects.map(({ command, line }, n): Judged => {
    const chunk = chunks[n] ?? '';
    const place = queued.has(chunk) ? 'queue' : aside.has(chunk) ? 'aside' : 'nowhere';
    const stands = standing[n] === line;
    return { line, verdict: settleOne(deps.clock, records[n] ?? null, command, { place, stands }) };
  });
  const dead = suspects.filter((_, n) => !settled[n]?.verdict);
  const takenOver = await takeOverAll(deps, dead);
  return new Map([
    ...suspects.map(({ i }, n) => [i, settled[n] as Judged] as const),
    ...dead.map(({ i }, n) => [i, takenOver[n] as Judged] as const),
  ]);
}

/** Takes over ids whose chunks never reached the queue, as far as nobody else did meanwhile. */
async function takeOverAll(deps: ClaimDeps, dead: readonly Suspect[]): Promise<Judged[]> {
  if (dead.length === 0) return [];
  const claims = dead.map(({ claim, line }) => ({ ...claim, found: line }));
  const lines = await takeOver(deps.redis, claims);
  return dead.map(({ line: found }, n) => {
    const line = lines[n] ?? null;
    const verdict: Verdict | undefined =
      line === null ? { fresh: true, found } : judge(line, deps.chunkId);
    return { line, verdict };
  });
}

/** Where the chunks are, if anywhere. */
async function findChunks({ redis, queue, keys }: ClaimDeps, chunks: readonly string[]) {
  // On both sides: a chunk may be moved from one place to the other, in either direction, meanwhile.
  const [before, queued, after] = await Promise.all([
    deadLetters(redis, keys, chunks),
    chunksPresent(redis, queue, chunks),
    deadLetters(redis, keys, chunks),
  ]);
  return { queued, aside: before.union(after) };
}

/**
 * What was set aside is accepted as well: another command under its id is refused. The same one may be taken over, as it is
 * applied once, and need not wait for a person.
 */
function settleOne(
  clock: Pick<Clock, 'now'>,
  record: StatusRecord | null,
  command: Command,
  { place, stands }: { place: 'queue' | 'aside' | 'nowhere'; stands: boolean },
): Verdict | undefined {
  if (record === null) return undefined;
  const isOther = !sameFingerprint(record.fingerprint, command.fingerprint);
  if (place === 'queue' || (place === 'aside' && isOther))
    return stands ? { fresh: false, record } : undefined;
  const age = clock.now() - Date.parse(record.acceptedAt);
  return isOther && age < CHUNK_UNDER_WAY_MS_MAX ? { contested: true } : undefined;
}

function chunkOf(record: StatusRecord | null): string | null {
  return record?.status === 'queued' ? record.chunk : null;
}

/** The record of a command as a chunk would have it. */
export function toClaim(
  { keys, chunkId }: Pick<ClaimDeps, 'keys' | 'chunkId'>,
  command: Command,
): Claim {
  const { ledgerUid, id, kind, acceptedAt, fingerprint } = command;
  return {
    key: recordKey(keys, ledgerUid, id),
    line: encodeQueued({ kind, acceptedAt, fingerprint, chunk: chunkId }),
  };
}
