import type { Command } from '@razao/shared/contract/command.ts';
import { PUBLISHED_MS } from '@razao/shared/contract/limits.ts';
import { encodeOutcome } from '@razao/shared/contract/status-record.ts';
import {
  balanceKey,
  doneChannel,
  headsKey,
  recordKey,
  type ShardKeys,
} from '@razao/shared/runtime/keys.ts';
import { killPoint } from '@razao/shared/runtime/kill-point.ts';
import { runScript } from '@razao/shared/runtime/script.ts';
import type { Redis } from 'ioredis';
import type { Commit } from '../commit/commit-batch.ts';
import { PUBLISH_LINES } from './scripts.ts';

/** Keys in one script call: a script holds up everything else in Redis, about a millisecond so. */
const KEYS_PER_CALL = 250;

/**
 * Tells Redis what a commit made true: balances first, statuses second, so that whoever has seen a transaction posted reads
 * balances that contain it; then wakes those who wait for its ids. May be repeated at will.
 */
export async function publishCommit(redis: Redis, keys: ShardKeys, commit: Commit): Promise<void> {
  const balances = balanceEntries(keys, commit);
  const statuses = statusEntries(keys, commit);
  const together = balances.length + statuses.length <= KEYS_PER_CALL;
  if (!together) {
    // Should a call fail, no status is out before the balances it speaks of.
    await publish(redis, keys, balances);
    killPoint('between-publications');
  }
  const heads = commit.heads.flatMap(({ ledgerUid, sequence }) => [ledgerUid, sequence]);
  await Promise.all([
    heads.length === 0 ? null : redis.hset(headsKey(keys), ...heads),
    publish(redis, keys, together ? [...balances, ...statuses] : statuses),
    // Redis runs it last: whoever is woken in vain asks again.
    redis.publish(doneChannel(keys), commit.commands.map(doneWord).join(' ')),
  ]);
}

/** All calls are on their way at once; Redis serves others between them. */
async function publish(
  redis: Redis,
  { tag }: ShardKeys,
  entries: readonly string[],
): Promise<void> {
  const calls: Promise<unknown>[] = [];
  for (let from = 0; from < entries.length; from += KEYS_PER_CALL) {
    const text = entries.slice(from, from + KEYS_PER_CALL).join('\n');
    calls.push(runScript(redis, PUBLISH_LINES, [tag], [PUBLISHED_MS, text]));
  }
  await Promise.all(calls);
}

/** A key, a line feed, which is in none of them, and what is stored under the key. */
function toEntry(key: string, line: string): string {
  return `${key}\n${line}`;
}

function balanceEntries(keys: ShardKeys, { balances }: Commit): string[] {
  return balances.map((balance) => {
    const { ledgerUid, address, asset, version, posted, held } = balance;
    return toEntry(balanceKey(keys, ledgerUid, address, asset), `${version} ${posted} ${held}`);
  });
}

function statusEntries(keys: ShardKeys, { targets, commands, results }: Commit): string[] {
  const entries: string[] = [];
  const published = new Set<string>();
  for (const { ledgerUid, id, outcome } of targets) {
    const key = recordKey(keys, ledgerUid, id);
    published.add(key);
    entries.push(toEntry(key, encodeOutcome(outcome)));
  }
  for (const [i, { ledgerUid, id }] of commands.entries()) {
    const result = results[i];
    const key = recordKey(keys, ledgerUid, id);
    // What was acted on within the same commit is no longer what its own command made of it. (Most commits act on nothing.)
    if (!result || (published.size > 0 && published.has(key))) continue;
    entries.push(toEntry(key, encodeOutcome(result.outcome)));
  }
  return entries;
}

/** How a transaction is named on the channel: `<ledger uid>:<id>`. */
function doneWord({ ledgerUid, id }: Command): string {
  return `${ledgerUid}:${id}`;
}
