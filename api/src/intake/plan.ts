import type { Command } from '@razao/shared/contract/command.ts';
import { sameFingerprint } from '@razao/shared/contract/status-record.ts';
import type { Verdict } from './claim-ids.ts';
import { type Contradiction, countCommands, type Gathered, type Pending } from './gather.ts';

/**
 * What becomes of a chunk: which of its first commands are enqueued, which are withdrawn, and whose bulk is refused for it. With
 * the verdicts as they are then.
 */
export type Plan = {
  verdicts: readonly Verdict[];
  enqueued: Command[];
  withdrawn: Command[];
  refused: ReadonlyMap<Pending, Contradiction | 'contested'>;
};

/**
 * Decides what is enqueued: what is fresh, but of an atomic bulk all or nothing. None, where an id of it stands for another
 * command, or may: what was admitted for it is withdrawn then, which leaves those ids contested for all others in the chunk.
 * All, where any is fresh: the committer needs the whole group, and knows those that exist.
 */
export function planChunk(
  chunk: readonly Pending[],
  { firsts, firstOf }: Gathered,
  claimed: readonly Verdict[],
): Plan {
  const verdicts = [...claimed];
  const wanted = verdicts.map(isFresh);
  const withdrawn: Command[] = [];
  const refused = new Map<Pending, Contradiction | 'contested'>();
  let at = 0;
  for (const pending of chunk) {
    const from = at;
    at += countCommands(pending);
    const { bulk } = pending;
    if (bulk?.[0]?.atomic === undefined) continue;
    const places = firstOf.slice(from, at);
    const refusal = judgeAtomic(bulk, places, firsts, verdicts);
    const own = places.filter((place, i) => firsts[place] === bulk[i]);
    if (refusal !== null) {
      refused.set(pending, refusal);
      for (const place of own.filter((one) => isFresh(verdicts[one]))) {
        withdrawn.push(firsts[place] as Command);
        wanted[place] = false;
        verdicts[place] = { contested: true };
      }
    } else if (own.some((place) => wanted[place])) {
      for (const place of own) wanted[place] = true;
    }
  }
  const enqueued = firsts.filter((_, place) => wanted[place]);
  return { verdicts, enqueued, withdrawn, refused };
}

/** Null where nothing speaks against it. */
function judgeAtomic(
  bulk: readonly Command[],
  places: readonly number[],
  firsts: readonly Command[],
  verdicts: readonly Verdict[],
): Contradiction | 'contested' | null {
  const contradicting: number[] = [];
  let contested = false;
  for (const [i, { fingerprint }] of bulk.entries()) {
    const place = places[i] ?? 0;
    const verdict = verdicts[place];
    if (!verdict || 'contested' in verdict) contested = true;
    else if (!isOf(fingerprint, verdict.fresh ? firsts[place] : verdict.record))
      contradicting.push(i);
  }
  if (contradicting.length > 0) return { contradicting };
  return contested ? 'contested' : null;
}

function isOf(fingerprint: string, known: { fingerprint: string } | undefined): boolean {
  return known !== undefined && sameFingerprint(fingerprint, known.fingerprint);
}

function isFresh(verdict: Verdict | undefined): boolean {
  return verdict !== undefined && 'fresh' in verdict && verdict.fresh;
}
