import { BACKLOG_AGE_MS_MAX } from '@razao/shared/contract/limits.ts';
import type { Problem } from '@razao/shared/contract/problems.ts';
import { type Backlog, readBacklog } from '@razao/shared/queue/backlog/backlog.ts';
import type { Amount } from '@razao/shared/queue/backlog/count-commands.ts';
import type { ShardKeys } from '@razao/shared/runtime/keys.ts';
import type { Redis } from 'ioredis';
import { mayHaveMore } from './fair-part.ts';
import { amountOf, ledgerOf, type Pending } from './gather.ts';
import { overloaded } from './overloaded.ts';

/** Whose writes a chunk may carry, and why not the others'. */
export type Judged = { admitted: readonly Pending[]; refused: ReadonlyMap<Pending, Problem> };

const NONE: Amount = { commands: 0, bytes: 0 };
const NOBODY: ReadonlyMap<Pending, Problem> = new Map();
const UNITS = ['commands', 'bytes'] as const;

/**
 * Decides whose writes a shard's queue still takes, by what waits there in all and of each ledger. Every chunk that is stored tells
 * the one; the other is only asked for where it can matter: as long as less than half of what may wait does, nobody has more than
 * what is left.
 */
export class Gate {
  readonly #redis: Redis;
  readonly #keys: ShardKeys;
  readonly #max: Amount;
  #total = NONE;
  #ledgers = new Map<string, Amount>();
  #totalAt = Number.NEGATIVE_INFINITY;
  #ledgersAt = Number.NEGATIVE_INFINITY;

  /** `max`: what may wait in the shard. */
  constructor(redis: Redis, keys: ShardKeys, max: Amount) {
    this.#redis = redis;
    this.#keys = keys;
    this.#max = max;
  }

  /** Judges a chunk's writes in their order, each as if those before it were queued. */
  async judge(chunk: readonly Pending[]): Promise<Judged> {
    const amount = chunk.map(amountOf).reduce(sum, NONE);
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
    this.#total = chunk.map(amountOf).reduce(sum, before);
    this.#totalAt = performance.now();
  }

  /** Whether it matters what each ledger has. */
  #matters(amount: Amount): boolean {
    return UNITS.some((unit) => 2 * (this.#total[unit] + amount[unit]) > this.#max[unit]);
  }

  #knows(chunk: readonly Pending[]): boolean {
    return isRecent(this.#ledgersAt) && chunk.every((one) => this.#ledgers.has(ledgerOf(one)));
  }

  async #read(chunk: readonly Pending[]): Promise<void> {
    const uids = [...new Set(chunk.map(ledgerOf))];
    const { total, ledgers } = await readBacklog(this.#redis, this.#keys, uids);
    this.#total = total;
    this.#ledgers = new Map(uids.map((uid, i) => [uid, ledgers[i] ?? NONE]));
    this.#totalAt = performance.now();
    this.#ledgersAt = this.#totalAt;
  }

  #refusal(ledgerUid: string): Problem | null {
    const own = this.#ledgers.get(ledgerUid) ?? NONE;
    const unit = UNITS.find((one) => !mayHaveMore(own[one], this.#total[one], this.#max[one]));
    if (!unit) return null;
    return overloaded(`as many ${unit} of this ledger wait to be posted as may`);
  }

  #add(ledgerUid: string, amount: Amount): void {
    this.#total = sum(this.#total, amount);
    this.#ledgers.set(ledgerUid, sum(this.#ledgers.get(ledgerUid) ?? NONE, amount));
  }
}

function isRecent(at: number): boolean {
  return performance.now() - at <= BACKLOG_AGE_MS_MAX;
}

function sum(a: Amount, b: Amount): Amount {
  return { commands: a.commands + b.commands, bytes: a.bytes + b.bytes };
}
