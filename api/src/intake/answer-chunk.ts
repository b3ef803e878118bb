import { Problem } from '@razao/shared/contract/problems.ts';
import type { StatusRecord } from '@razao/shared/contract/status-record.ts';
import type { Acceptance, Gathered, Pending } from './gather.ts';
import type { Plan } from './plan.ts';

/**
 * Answers all who wait for a chunk, once it is durable: the first caller of a fresh id is told so; whoever sent the same id
 * in the same chunk replays that one. Returns how many were accepted for the first time.
 */
export function answerChunk(
  chunk: readonly Pending[],
  { firsts, firstOf }: Gathered,
  { verdicts, refused }: Pick<Plan, 'verdicts' | 'refused'>,
  chunkId: string,
): number {
  let at = 0;
  let accepted = 0;
  /** What became of a command; null: it cannot be told. */
  function next(command: object): Acceptance | null {
    const place = firstOf[at++] ?? 0;
    const verdict = verdicts[place];
    const first = firsts[place];
    if (!verdict || !first || 'contested' in verdict) return null;
    if (!verdict.fresh) return verdict;
    const { kind, acceptedAt, fingerprint } = first;
    const record: StatusRecord = {
      status: 'queued',
      kind,
      acceptedAt,
      fingerprint,
      chunk: chunkId,
    };
    const fresh = first === command;
    if (fresh) accepted += 1;
    return { fresh, record };
  }
  for (const pending of chunk) {
    if (pending.bulk === null) {
      const acceptance = next(pending.command);
      if (acceptance === null) pending.reject(contested());
      else pending.resolve(acceptance);
      continue;
    }
    const acceptances = pending.bulk.map(next);
    const refusal = refused.get(pending);
    if (refusal && refusal !== 'contested') pending.resolve(refusal);
    else if (acceptances.every((acceptance) => acceptance !== null)) pending.resolve(acceptances);
    else pending.reject(contested());
  }
  return accepted;
}

/** The outcome is unknown: the client tries again with the same key. */
export function unavailable(cause: unknown): Problem {
  const detail = 'the queue does not answer: try again with the same key';
  return new Problem('unavailable', detail, { cause });
}

/** The chunk came to Redis after its time, and nothing of it is there. */
export function tooLate(): Problem {
  const detail = 'the queue was too slow; nothing was stored: try again with the same key';
  return new Problem('unavailable', detail);
}

function contested(): Problem {
  return unavailable('another command with this key is being accepted');
}
