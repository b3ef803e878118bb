import type { Command } from '@razao/shared/contract/command.ts';
import { PUBLISHED_MS } from '@razao/shared/contract/limits.ts';
import { encodeOutcome } from '@razao/shared/contract/status-record.ts';
import { balanceKey, doneChannel, recordKey, shardTag } from '@razao/shared/runtime/keys.ts';
import { killPoint } from '@razao/shared/runtime/kill-point.ts';
import { runScript } from '@razao/shared/runtime/script.ts';
import type { Redis } from 'ioredis';
import type { Commit } from '../commit/commit-batch.ts';
import type { BalanceState } from '../commit/state.ts';
import { PUBLISH_LINES } from './scripts.ts';

/** Keys in one script call: a script holds up everything else in Redis, about a millisecond so. */
const KEYS_PER_CALL = 250;

/**
 * Tells Redis what a commit made true: balances first, statuses second, so that whoever has seen a transaction posted reads
 * balances that contain it; then wakes those who wait for its ids. May be repeated at will.
 */
export async function publishCommit(redis: Redis, shard: number, commit: Commit): Promise<void> {
  const entries = toEntries(shard, commit);
  let last: Promise<unknown> = Promise.resolve();
  for (let from = 0; from < entries.length; from += KEYS_PER_CALL) {
    // One after the other: should a call fail, no status is out before the balances it speaks of.
    await last;
    if (from > 0) killPoint('between-publications');
    const text = entries.slice(from, from + KEYS_PER_CALL).join('\n');
    last = runScript(redis, PUBLISH_LINES, [shardTag(shard)], [PUBLISHED_MS, text]);
  }
  // Along with the last call, which Redis runs first: whoever is woken in vain asks again.
  await Promise.all([
    last,
    redis.publish(doneChannel(shard), commit.commands.map(doneWord).join(' ')),
  ]);
}

/** What a commit publishes, in its order: each a key, a line feed, which is in none of them, and what is stored under the key. */
function toEntries(shard: number, { balances, targets, commands, results }: Commit): string[] {
  const entries: string[] = [];
  for (const balance of balances) {
    const key = balanceKey(shard, balance.ledgerId, balance.address, balance.asset);
    entries.push(`${key}\n${balanceLine(balance)}`);
  }
  const published = new Set<string>();
  for (const { ledgerId, id, outcome } of targets) {
    const key = recordKey(shard, ledgerId, id);
    published.add(key);
    entries.push(`${key}\n${encodeOutcome(outcome)}`);
  }
  for (const [i, { ledgerId, id }] of commands.entries()) {
    const result = results[i];
    const key = recordKey(shard, ledgerId, id);
    // What was acted on within the same commit is no longer what its own command made of it. (Most commits act on nothing.)
    if (!result || (published.size > 0 && published.has(key))) continue;
    entries.push(`${key}\n${encodeOutcome(result.outcome)}`);
  }
  return entries;
}

/** How a transaction is named on the channel: `<ledger id>:<id>`. */
function doneWord({ ledgerId, id }: Command): string {
  return `${ledgerId}:${id}`;
}

function balanceLine({ version, posted, held }: BalanceState): string {
  return `${version} ${posted} ${held}`;
}
