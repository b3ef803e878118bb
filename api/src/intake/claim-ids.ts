import type { Command } from '@razao/shared/contract/command.ts';
import { decodeRecord, encodeQueued, type StatusRecord } from '@razao/shared/contract/status-record.ts';
import type { ChunkQueue } from '@razao/shared/queue/chunk-queue.ts';
import { chunksPresent } from '@razao/shared/queue/depth.ts';
import { recordKey } from '@razao/shared/runtime/keys.ts';
import type { Redis } from 'ioredis';
import { admit, type Claim, takeOver } from './admit.ts';

/** What holds for an id: ours to enqueue, or the record of a write that is durable already. */
export type Verdict = { fresh: true } | { fresh: false; record: StatusRecord };

const ROUNDS_MAX = 5;

export type ClaimDeps = { redis: Redis; queue: ChunkQueue; shard: number; chunkId: string };

/**
 * Decides for each command whether this chunk enqueues it. A record that names this chunk is ours: the call was sent twice.
 * One that names a chunk which is not in the queue, and has no outcome, belongs to a write whose API process died before it
 * was durable: it is taken over. So a record that is answered here is always one of a durable write.
 */
export async function claimIds(deps: ClaimDeps, commands: readonly Command[]): Promise<Verdict[]> {
  const claims = commands.map((command) => toClaim(deps, command));
  const found = await admit(deps.redis, claims);
  const verdicts = new Map<number, Verdict>();
  let open = claims.map((claim, i) => ({ i, claim, line: found[i] ?? null }));
  for (let round = 0; round < ROUNDS_MAX && open.length > 0; round++) {
    const suspects: { i: number; claim: Claim; line: string; chunk: string | null }[] = [];
    for (const { i, claim, line } of open) {
      const record = line === null ? null : decodeRecord(line);
      if (line === null || (record?.status === 'queued' && record.chunk === deps.chunkId)) {
        verdicts.set(i, { fresh: true });
      } else if (record !== null && record.status !== 'queued') {
        verdicts.set(i, { fresh: false, record });
      } else {
        suspects.push({ i, claim, line, chunk: record?.status === 'queued' ? record.chunk : null });
      }
    }
    open = await settleSuspects(deps, suspects, verdicts);
  }
  if (open.length > 0) throw new Error('records kept changing hands while they were claimed');
  return commands.map((_, i) => verdicts.get(i) as Verdict);
}

type Suspect = { i: number; claim: Claim; line: string; chunk: string | null };

/** Those whose chunk is queued are replays; the others are taken over, and looked at again where they have changed. */
async function settleSuspects(deps: ClaimDeps, suspects: readonly Suspect[], verdicts: Map<number, Verdict>) {
  const chunks = [...new Set(suspects.flatMap(({ chunk }) => (chunk === null ? [] : [chunk])))];
  const present = await chunksPresent(deps.redis, deps.queue, chunks);
  const queued = new Set(chunks.filter((_, i) => present[i]));
  const dead: Suspect[] = [];
  for (const suspect of suspects) {
    const record = decodeRecord(suspect.line);
    if (record && suspect.chunk !== null && queued.has(suspect.chunk)) verdicts.set(suspect.i, { fresh: false, record });
    else dead.push(suspect);
  }
  if (dead.length === 0) return [];
  const lines = await takeOver(
    deps.redis,
    dead.map(({ claim, line }) => ({ ...claim, found: line })),
  );
  return dead.map(({ i, claim }, n) => ({ i, claim, line: lines[n] ?? null }));
}

function toClaim({ shard, chunkId }: ClaimDeps, command: Command): Claim {
  const { ledgerId, id, kind, acceptedAt, fingerprint } = command;
  return { key: recordKey(shard, ledgerId, id), line: encodeQueued({ kind, acceptedAt, fingerprint, chunk: chunkId }) };
}
