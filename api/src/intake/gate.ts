import { BACKLOG_AGE_MS_MAX } from '@razao/shared/contract/limits.ts';
import type { Problem } from '@razao/shared/contract/problems.ts';
import { type Backlog, readBacklog } from '@razao/shared/queue/backlog/backlog.ts';
import type { Amount } from '@razao/shared/queue/backlog/count-commands.ts';
import type { ShardKeys } from '@razao/shared/runtime/keys.ts';
import type { Redis } from 'ioredis';
import { excess, mayHaveMore } from './fair-part.ts';
import { amountOf, ledgerOf, type Pending } from './gather.ts';
import { overloaded } from './overloaded.ts';

/** What may wait in a shard; `seconds` to be posted at the present rate, 0: however long. */
export type QueueMax = Amount & { seconds: number };

/** Whose writes a chunk may carry, and why not the others'. */
export type Judged = { admitted: readonly Pending[]; refused: ReadonlyMap<Pending, Problem> };

const NONE: Amount = { commands: 0, bytes: 0 };
const NOBODY: ReadonlyMap<Pending, Problem> = new Map();

/** One of the bounds: what of an amount it goes by, and how much of that may be. */
type Bound = { unit: keyof Amount; max: number; refusal: string };

/**
 * Decides whose writes a shard's queue still takes, by what waits there in all and of each ledger. Every chunk that is stored tells
 * the one; the other is only asked for where it can matter: as long as less than half of what may wait does, nobody has more than
 * what is left.
 */
export class Gate {
  readonly #redis: Redis;
  readonly #keys: ShardKeys;
  readonly #max: QueueMax;
  #total = NONE;
  #rate: number | null = null;
  #ledgers = new Map<string, Amount>();
  #totalAt = Number.NEGATIVE_INFINITY;
  #ledgersAt = Number.NEGATIVE_INFINITY;

  constructor(redis: Redis, keys: ShardKeys, max: QueueMax) {
    this.#redis = redis;
    this.#keys = keys;
    this.#max = max;
  }

  /** Judges a chunk's writes in their order, each as if those before it were queued. */
  async judge(chunk: readonly Pending[]): Promise<Judged> {
    const amount = amountOfAll(chunk);
    if (!isRecent(this.#totalAt) || (this.#matters(amount) && !this.#knows(chunk)))
      await this.#read(chunk);
    if (!this.#matters(amount)) return { admitted: chunk, refused: NOBODY };
    const refused = new Map<Pending, Problem>();
    for (const pending of chunk) {
      const problem = this.#refusal(ledgerOf(pending));
      if (problem) refused.set(pending, problem);
      else this.#add(ledgerOf(pending), amountOf(pending));
    }
    return { admitted: chunk.filter((pending) => !refused.has(pending)), refused };
  }

  /** Notes what waited before a chunk with these writes was stored. */
  note(before: Backlog, chunk: readonly Pending[]): void {
    this.#total = sum(before, amountOfAll(chunk));
    this.#rate = before.rate;
    this.#totalAt = performance.now();
  }

  /** In how many seconds so many bytes of what waits are posted; null where nobody knows. */
  secondsFor(bytes: number): number | null {
    const pace = this.#pace('bytes');
    return pace === null ? null : bytes / pace;
  }

  /** Whether it matters what each ledger has. */
  #matters(amount: Amount): boolean {
    return this.#bounds().some(({ unit, max }) => 2 * (this.#total[unit] + amount[unit]) > max);
  }

  #knows(chunk: readonly Pending[]): boolean {
    return isRecent(this.#ledgersAt) && chunk.every((one) => this.#ledgers.has(ledgerOf(one)));
  }

  async #read(chunk: readonly Pending[]): Promise<void> {
    const uids = [...new Set(chunk.map(ledgerOf))];
    const { total, ledgers } = await readBacklog(this.#redis, this.#keys, uids);
    this.#total = total;
    this.#rate = total.rate;
    this.#ledgers = new Map(uids.map((uid, i) => [uid, ledgers[i] ?? NONE]));
    this.#totalAt = performance.now();
    this.#ledgersAt = this.#totalAt;
  }

  #bounds(): Bound[] {
    const { commands, bytes, seconds } = this.#max;
    const inTime =
      seconds > 0 && this.#rate !== null ? seconds * this.#rate : Number.POSITIVE_INFINITY;
    const asMany = (what: string) => `as many ${what} of this ledger wait to be posted as may`;
    return [
      { unit: 'commands', max: commands, refusal: asMany('commands') },
      { unit: 'bytes', max: bytes, refusal: asMany('bytes') },
      { unit: 'commands', max: inTime, refusal: 'what waits takes as long to be posted as it may' },
    ];
  }

  /** Names the first bound that a ledger has met, and the time until it is below all. */
  #refusal(ledgerUid: string): Problem | null {
    const own = this.#ledgers.get(ledgerUid) ?? NONE;
    const met = this.#bounds().filter(
      ({ unit, max }) => !mayHaveMore(own[unit], this.#total[unit], max),
    );
    const [first] = met;
    if (!first) return null;
    const seconds = met.map(({ unit, max }) => {
      const pace = this.#pace(unit);
      return pace === null ? 0 : excess(own[unit], this.#total[unit], max) / pace;
    });
    return overloaded(first.refusal, Math.max(...seconds));
  }

  /** How much is posted in a second, while that is known. */
  #pace(unit: keyof Amount): number | null {
    const { commands } = this.#total;
    if (this.#rate === null || commands === 0) return null;
    return (this.#rate * this.#total[unit]) / commands;
  }

  #add(ledgerUid: string, amount: Amount): void {
    this.#total = sum(this.#total, amount);
    this.#ledgers.set(ledgerUid, sum(this.#ledgers.get(ledgerUid) ?? NONE, amount));
  }
}

function isRecent(at: number): boolean {
  return performance.now() - at <= BACKLOG_AGE_MS_MAX;
}

function amountOfAll(chunk: readonly Pending[]): Amount {
  return chunk.map(amountOf).reduce(sum, NONE);
}

function sum(a: Amount, b: Amount): Amount {
  return { commands: a.commands + b.commands, bytes: a.bytes + b.bytes };
}
