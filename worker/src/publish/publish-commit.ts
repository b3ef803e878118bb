import type { Command } from '@razao/shared/contract/command.ts';
import { BALANCE_CACHE_MS, IDEMPOTENCY_WINDOW_MS } from '@razao/shared/contract/limits.ts';
import { encodeOutcome } from '@razao/shared/contract/status-record.ts';
import { balanceKey, doneChannel, recordKey } from '@razao/shared/runtime/keys.ts';
import { runScript } from '@razao/shared/runtime/script.ts';
import type { Redis } from 'ioredis';
import type { Commit } from '../commit/commit-batch.ts';
import type { BalanceState } from '../commit/state.ts';
import { PUBLISH_LINES } from './scripts.ts';

/** Keys in one script call: a script holds up everything else in Redis. */
const KEYS_PER_CALL = 500;

type Line = { key: string; line: string };

/**
 * Tells Redis what a commit made true: balances first, statuses second, so that whoever has seen a transaction posted reads
 * balances that contain it; then wakes those who wait for its ids. May be repeated at will.
 */
export async function publishCommit(redis: Redis, shard: number, commit: Commit): Promise<void> {
  const balances = commit.balances.map((balance) => ({
    key: balanceKey(shard, balance.ledgerId, balance.address, balance.asset),
    line: balanceLine(balance),
  }));
  const statuses = commit.commands.flatMap(({ ledgerId, id }, i) => {
    const result = commit.results[i];
    return result
      ? [{ key: recordKey(shard, ledgerId, id), line: encodeOutcome(result.outcome) }]
      : [];
  });
  await publish(redis, balances, BALANCE_CACHE_MS);
  await publish(redis, statuses, IDEMPOTENCY_WINDOW_MS);
  await redis.publish(doneChannel(shard), commit.commands.map(doneWord).join(' '));
}

/** How a transaction is named on the channel: `<ledger id>:<id>`. */
function doneWord({ ledgerId, id }: Command): string {
  return `${ledgerId}:${id}`;
}

function balanceLine({ version, posted, held }: BalanceState): string {
  return `${version} ${posted} ${held}`;
}

async function publish(redis: Redis, lines: readonly Line[], ttlMs: number): Promise<void> {
  const calls: Promise<unknown>[] = [];
  for (let from = 0; from < lines.length; from += KEYS_PER_CALL) {
    const some = lines.slice(from, from + KEYS_PER_CALL);
    const keys = some.map(({ key }) => key);
    calls.push(runScript(redis, PUBLISH_LINES, keys, [ttlMs, ...some.map(({ line }) => line)]));
  }
  await Promise.all(calls);
}
