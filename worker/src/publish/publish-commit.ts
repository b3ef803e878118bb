import type { Command } from '@razao/shared/contract/command.ts';
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
import type { Retention } from '../window/retention.ts';
import { PUBLISH_LINES } from './scripts.ts';

/** Keys in one script call: a script holds up everything else in Redis, about a millisecond so. */
const KEYS_PER_CALL = 250;

/**
 * Tells Redis what a commit made true, as far as it is to know that: balances first, statuses second, so that whoever has seen a
 * transaction posted reads balances that contain it; then wakes those who wait for its ids. May be repeated at will.
 */
export async function publishCommit(
  redis: Redis,
  keys: ShardKeys,
  commit: Commit,
  retention: Retention,
): Promise<void> {
  const balances = balanceEntries(keys, commit, retention);
  const statuses = statusEntries(keys, commit, retention);
  const write = (entries: readonly Entry[]) => publish(redis, keys, retention, entries);
  const together = balances.length + statuses.length <= KEYS_PER_CALL;
  if (!together) {
    // Should a call fail, no status is out before the balances it speaks of.
    await write(balances);
    killPoint('between-publications');
  }
  const heads = commit.heads.flatMap(({ ledgerUid, sequence }) => [ledgerUid, sequence]);
  await Promise.all([
    heads.length === 0 ? null : redis.hset(headsKey(keys), ...heads),
    write(together ? [...balances, ...statuses] : statuses),
    // Redis runs it last: whoever is woken in vain asks again.
    redis.publish(doneChannel(keys), commit.commands.map(doneWord).join(' ')),
  ]);
}

/** A key and what is stored under it; null: nothing, and what is there is deleted. */
type Entry = { key: string; line: string | null };

/** All calls are on their way at once; Redis serves others between them. */
async function publish(
  redis: Redis,
  { tag }: ShardKeys,
  { seconds }: Retention,
  entries: readonly Entry[],
): Promise<void> {
  const calls: Promise<unknown>[] = [];
  for (let from = 0; from < entries.length; from += KEYS_PER_CALL) {
    const page = entries.slice(from, from + KEYS_PER_CALL);
    const gone = page.filter(({ line }) => line === null).map(({ key }) => key);
    if (gone.length > 0) calls.push(redis.unlink(...gone));
    if (gone.length === page.length) continue;
    // A line feed is in none of them.
    const text = page.flatMap(({ key, line }) => (line === null ? [] : [key, line])).join('\n');
    calls.push(runScript(redis, PUBLISH_LINES, [tag], [seconds * 1_000, text]));
  }
  await Promise.all(calls);
}

/** A balance that is not written must not stay as it was. */
function balanceEntries(keys: ShardKeys, { balances }: Commit, retention: Retention): Entry[] {
  return balances.map(({ ledgerUid, address, asset, version, posted, held }) => ({
    key: balanceKey(keys, ledgerUid, address, asset),
    line: retention.balances ? `${version} ${posted} ${held}` : null,
  }));
}

function statusEntries(
  keys: ShardKeys,
  { targets, commands, results }: Commit,
  retention: Retention,
): Entry[] {
  const entries: Entry[] = [];
  const published = new Set<string>();
  for (const { ledgerUid, id, outcome } of targets) {
    const key = recordKey(keys, ledgerUid, id);
    published.add(key);
    entries.push({ key, line: encodeOutcome(outcome) });
  }
  for (const [i, { ledgerUid, id }] of commands.entries()) {
    const result = results[i];
    const key = recordKey(keys, ledgerUid, id);
    // What was acted on within the same commit is no longer what its own command made of it. (Most commits act on nothing.)
    if (!result || (published.size > 0 && published.has(key))) continue;
    const { outcome } = result;
    // What was acted on is written all the same: a process that wakes late must not be able to write what was before.
    const written = retention.outcomes || outcome.version !== outcome.sequence;
    entries.push({ key, line: written ? encodeOutcome(outcome) : null });
  }
  return entries;
}

/** How a transaction is named on the channel: `<ledger uid>:<id>`. */
function doneWord({ ledgerUid, id }: Command): string {
  return `${ledgerUid}:${id}`;
}
