import { decodeRecord, type StatusRecord } from '@razao/shared/contract/status-record.ts';
import { readKeys } from '@razao/shared/runtime/bond.ts';
import { balanceKey, recordKey, type ShardKeys } from '@razao/shared/runtime/keys.ts';
import { shardOf } from '@razao/shared/runtime/shard.ts';
import type { Stack } from '@razao/stack/stack-options.ts';
import { SHARDS } from './lock-holder.ts';
import { withRedis, withSql } from './open-world.ts';

/** What became of a transaction: `posted`, or the code of its rejection. */
export type Fate = readonly [id: string, fate: string];

/** A ledger's transactions in Postgres, in the order of their sequences. */
export async function fates(stack: Stack, ledger: string): Promise<Fate[]> {
  const { rows } = await withSql(stack, (client) =>
    client.query<{ id: string; fate: string }>(
      `select t.id, coalesce(t.rejection ->> 'code', t.status) as fate
       from transactions t join ledgers l on l.id = t.ledger_id where l.name = $1 order by t.sequence`,
      [ledger],
    ),
  );
  return rows.map(({ id, fate }) => [id, fate]);
}

/** The records that Redis has of ids of a ledger; null where it has none. */
export async function records(
  stack: Stack,
  ledger: string,
  ids: readonly string[],
): Promise<(StatusRecord | null)[]> {
  const place = await shardKeysOf(stack, ledger);
  const ledgerUid = await ledgerUidOf(stack, ledger);
  const keys = ids.map((id) => recordKey(place, ledgerUid, id));
  const lines = await withRedis(stack, (redis) => redis.mget(keys));
  return lines.map((line) => (line === null ? null : decodeRecord(line)));
}

/** The ids of the chunks in the queue of a ledger's shard, by state, oldest first. */
export async function chunks(stack: Stack, ledger: string) {
  const queue = `${(await shardKeysOf(stack, ledger)).tag}:chunks`;
  return await withRedis(stack, async (redis) => {
    const waiting = await redis.lrange(`${queue}:wait`, 0, -1);
    const active = await redis.lrange(`${queue}:active`, 0, -1);
    return { waiting: waiting.reverse(), active: active.reverse() };
  });
}

/** A ledger's balances as `address asset: version posted held`, from Postgres and from Redis. */
export async function balances(stack: Stack, ledger: string) {
  const place = await shardKeysOf(stack, ledger);
  const ledgerUid = await ledgerUidOf(stack, ledger);
  const { rows } = await withSql(stack, (client) =>
    client.query<{ address: string; asset: string; line: string }>(
      `select address, asset, version || ' ' || posted || ' ' || held as line from balances where ledger_id = (select id from ledgers where uid = $1)
       order by address, asset`,
      [ledgerUid],
    ),
  );
  const keys = rows.map(({ address, asset }) => balanceKey(place, ledgerUid, address, asset));
  const lines = keys.length === 0 ? [] : await withRedis(stack, (redis) => redis.mget(keys));
  const name = (i: number) => `${rows[i]?.address} ${rows[i]?.asset}`;
  return {
    stored: rows.map(({ line }, i) => `${name(i)}: ${line}`),
    published: lines.flatMap((line, i) => (line === null ? [] : [`${name(i)}: ${line}`])),
  };
}

/** The uid by which everything inside knows a ledger. */
export async function ledgerUidOf(stack: Stack, ledger: string): Promise<string> {
  const { rows } = await withSql(stack, (client) =>
    client.query<{ uid: string }>('select uid from ledgers where name = $1', [ledger]),
  );
  return rows[0]?.uid ?? '';
}

/** Where the keys of a ledger's shard are. */
export async function shardKeysOf(stack: Stack, ledger: string): Promise<ShardKeys> {
  const shards = await withRedis(stack, (redis) => readKeys(redis, SHARDS));
  return shards[shardOf(ledger, SHARDS)] as ShardKeys;
}

/** The value of a metric of a process for a ledger's shard; 0 where it has none yet. */
export async function shardMetric(url: string, name: string, ledger: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const label = `shard="${shardOf(ledger, SHARDS)}"`;
  return text
    .split('\n')
    .filter((line) => line.startsWith(`${name}{`) && line.includes(label))
    .reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}
