import type { Command, Outcome } from '@razao/shared/contract/command.ts';
import { BALANCE_CACHE_MS, IDEMPOTENCY_WINDOW_MS } from '@razao/shared/contract/limits.ts';
import { encodeOutcome } from '@razao/shared/contract/status-record.ts';
import { balancesKey, doneChannel, recordKey } from '@razao/shared/runtime/keys.ts';
import { runScript, type Script } from '@razao/shared/runtime/script.ts';
import type { Redis } from 'ioredis';
import type { Commit } from '../commit/commit-batch.ts';
import type { BalanceState } from '../commit/state.ts';
import { PUBLISH_BALANCES, PUBLISH_STATUSES } from './scripts.ts';

/** Keys in one script call: a script holds up everything else in Redis. */
const KEYS_PER_CALL = 500;

/**
 * Tells Redis what a commit made true: balances first, statuses second, so that whoever has seen a transaction posted reads
 * balances that contain it; then wakes those who wait for its ids. May be repeated at will.
 */
export async function publishCommit(redis: Redis, shard: number, commit: Commit): Promise<void> {
  const { balances, commands, results } = commit;
  await publish(redis, PUBLISH_BALANCES, BALANCE_CACHE_MS, balances, (balance) => [
    balancesKey(shard, balance.ledgerId, balance.address),
    balance.asset,
    balance.version,
    balanceValue(balance),
  ]);
  const outcomes = commands.map((command, i) => [command, results[i]?.outcome as Outcome] as const);
  await publish(redis, PUBLISH_STATUSES, IDEMPOTENCY_WINDOW_MS, outcomes, ([command, outcome]) => [
    recordKey(shard, command.ledgerId, command.id),
    outcome.sequence,
    encodeOutcome(outcome),
  ]);
  await redis.publish(doneChannel(shard), commands.map(doneWord).join(' '));
}

/** How a transaction is named on the channel: `<ledger id>:<id>`. */
function doneWord({ ledgerId, id }: Command): string {
  return `${ledgerId}:${id}`;
}

function balanceValue({ version, posted, held }: BalanceState): string {
  return `${version} ${posted} ${held}`;
}

async function publish<T>(
  redis: Redis,
  script: Script,
  ttlMs: number,
  items: readonly T[],
  toWords: (item: T) => [key: string, ...args: (string | number)[]],
): Promise<void> {
  const calls: Promise<unknown>[] = [];
  for (let from = 0; from < items.length; from += KEYS_PER_CALL) {
    const keys: string[] = [];
    const args: (string | number)[] = [ttlMs];
    for (const item of items.slice(from, from + KEYS_PER_CALL)) {
      const [key, ...words] = toWords(item);
      keys.push(key);
      args.push(...words);
    }
    calls.push(runScript(redis, script, keys, args));
  }
  await Promise.all(calls);
}
