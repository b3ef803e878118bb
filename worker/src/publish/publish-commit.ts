import type { Command } from '@razao/shared/contract/command.ts';
import { PUBLISHED_MS } from '@razao/shared/contract/limits.ts';
import { encodeOutcome } from '@razao/shared/contract/status-record.ts';
import { balanceKey, doneChannel, recordKey } from '@razao/shared/runtime/keys.ts';
import { killPoint } from '@razao/shared/runtime/kill-point.ts';
import { runScript } from '@razao/shared/runtime/script.ts';
import type { Redis } from 'ioredis';
import type { Commit } from '../commit/commit-batch.ts';
import type { BalanceState } from '../commit/state.ts';
import { PUBLISH_LINES } from './scripts.ts';

/** Keys in one script call: a script holds up everything else in Redis. */
const KEYS_PER_CALL = 1_000;

/**
 * Tells Redis what a commit made true: balances first, statuses second, so that whoever has seen a transaction posted reads
 * balances that contain it; then wakes those who wait for its ids. May be repeated at will.
 */
export async function publishCommit(redis: Redis, shard: number, commit: Commit): Promise<void> {
  const keys: string[] = [];
  const lines: string[] = [];
  for (const balance of commit.balances) {
    keys.push(balanceKey(shard, balance.ledgerId, balance.address, balance.asset));
    lines.push(balanceLine(balance));
  }
  const targets = new Set<string>();
  for (const { ledgerId, id, outcome } of commit.targets) {
    const key = recordKey(shard, ledgerId, id);
    targets.add(key);
    keys.push(key);
    lines.push(encodeOutcome(outcome));
  }
  for (const [i, { ledgerId, id }] of commit.commands.entries()) {
    const result = commit.results[i];
    const key = recordKey(shard, ledgerId, id);
    // What was acted on within the same commit is no longer what its own command made of it.
    if (!result || targets.has(key)) continue;
    keys.push(key);
    lines.push(encodeOutcome(result.outcome));
  }
  let last: Promise<unknown> = Promise.resolve();
  for (let from = 0; from < keys.length; from += KEYS_PER_CALL) {
    // One after the other: should a call fail, no status is out before the balances it speaks of.
    await last;
    if (from > 0) killPoint('between-publications');
    const to = from + KEYS_PER_CALL;
    last = runScript(redis, PUBLISH_LINES, keys.slice(from, to), [
      PUBLISHED_MS,
      ...lines.slice(from, to),
    ]);
  }
  // Along with the last call, which Redis runs first: whoever is woken in vain asks again.
  await Promise.all([
    last,
    redis.publish(doneChannel(shard), commit.commands.map(doneWord).join(' ')),
  ]);
}

/** How a transaction is named on the channel: `<ledger id>:<id>`. */
function doneWord({ ledgerId, id }: Command): string {
  return `${ledgerId}:${id}`;
}

function balanceLine({ version, posted, held }: BalanceState): string {
  return `${version} ${posted} ${held}`;
}
