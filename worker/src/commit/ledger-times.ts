import { CLOCK_AHEAD_MS_MAX, CLOCK_REFUSAL_MS_MAX } from '@razao/shared/contract/limits.ts';
import { type Clock, createClock } from '@razao/shared/runtime/clock.ts';

/** Less is no sign of anything: the instant of a commit is told by a clock that is steered. */
const NOTED_SECONDS_MIN = 1;
/** Ledgers of a shard that are remembered as ahead; after a day under a wrong clock it may be all of them. */
const NOTED_MAX = 10_000;

/** Raised where a commit would get an instant that is wrong. It is nobody's fault but the infrastructure's. */
class WrongClock extends Error {
  readonly code: 'clock_skew' | 'posted_at_ahead';

  constructor(code: WrongClock['code'], text: string) {
    super(`${text}: nothing is committed`);
    this.name = 'WrongClock';
    this.code = code;
  }
}

/** What a ledger's row says of time; `ahead_seconds_max` is what the operator has decided to live with. */
type LedgerTime = {
  uid: string;
  name: string;
  now_ms: number;
  ahead_seconds: number;
  ahead_seconds_max: string | null;
};

/** Looks at the clocks within each commit, as one commit under a wrong one makes `posted_at` stand still until it is right. */
export type LedgerTimes = {
  /**
   * Asks for the rows of a shard's ledgers, and for Postgres's time with them. Throws `WrongClock` where that is too far from ours, or the
   * last posting of one of the ledgers too far ahead of it.
   */
  ask<A extends { rows: LedgerTime[] }>(shard: number, question: () => Promise<A>): Promise<A>;
  /** How far the last posting of one of the shard's ledgers lies ahead, of those that were seen; by shard, in seconds. */
  ahead(): Map<number, number>;
  /** Why a shard's commits are refused; null where none are, as of the last of them. */
  fault(): string | null;
};

export function createLedgerTimes(
  clock: Clock = createClock(),
  now = () => performance.now(),
): LedgerTimes {
  /** By shard and uid: when the instant of a ledger's last posting will have come. */
  const untils = new Map<number, Map<string, number>>();
  const refusals = new Map<number, { text: string; at: number }>();

  function note(shard: number, rows: readonly LedgerTime[]): void {
    const until = untils.get(shard) ?? new Map<string, number>();
    untils.set(shard, until);
    for (const { uid, ahead_seconds: seconds } of rows) {
      if (seconds < NOTED_SECONDS_MIN) until.delete(uid);
      else if (until.size < NOTED_MAX) until.set(uid, now() + seconds * 1_000);
    }
  }

  function refuse(shard: number, rows: readonly LedgerTime[]): void {
    const skew = clock.fault();
    if (skew !== null) throw new WrongClock('clock_skew', skew);
    const tooFar = rows.find((row) => row.ahead_seconds * 1_000 > aheadMsMax(row));
    if (!tooFar) return void refusals.delete(shard);
    const text = `the last posting of ledger ${tooFar.name} is ${Math.round(tooFar.ahead_seconds)} s ahead of Postgres's clock, which was wrong then or is now`;
    refusals.set(shard, { text, at: now() });
    throw new WrongClock('posted_at_ahead', text);
  }

  return {
    async ask(shard, question) {
      const answer = await clock.measure(question);
      note(shard, answer.rows);
      refuse(shard, answer.rows);
      return answer;
    },
    ahead() {
      const furthest = [...untils].map(([shard, until]): [number, number] => {
        const last = until.values().reduce((a, b) => Math.max(a, b), 0);
        return [shard, Math.max(0, last - now()) / 1_000];
      });
      return new Map(furthest);
    },
    fault() {
      // Whoever holds the shard tries again within seconds; what another process meets is that one's to tell.
      const recent = refusals.values().filter(({ at }) => now() - at < CLOCK_REFUSAL_MS_MAX);
      return recent.next().value?.text ?? null;
    },
  };
}

function aheadMsMax({ ahead_seconds_max: decided }: LedgerTime): number {
  const ms = Number(decided ?? 0) * 1_000;
  return Number.isFinite(ms) ? Math.max(ms, CLOCK_AHEAD_MS_MAX) : CLOCK_AHEAD_MS_MAX;
}
