import { randomUUID } from 'node:crypto';
import type { setTimeout as delay } from 'node:timers/promises';
import type { ExpiryCommand } from '@razao/shared/contract/command.ts';
import {
  EXPIRY_GRACE_MS,
  QUEUE_BYTES_MAX,
  QUEUE_COMMANDS_MAX,
} from '@razao/shared/contract/limits.ts';
import { recountBacklog } from '@razao/shared/queue/backlog/backlog.ts';
import { openChunkQueue } from '@razao/shared/queue/chunk-queue.ts';
import { createClock } from '@razao/shared/runtime/clock.ts';
import { shardKeys } from '@razao/shared/runtime/keys.ts';
import { createRegistry, createWorkerMetrics } from '@razao/shared/runtime/metrics.ts';
import { openPatientRedis } from '@razao/shared/runtime/redis.ts';
import { guardRedis } from '@razao/shared/runtime/redis-guard.ts';
import { zeroWorkerMetrics } from '@razao/shared/runtime/zero-metrics.ts';
import { emptyRedis } from '@razao/shared/test/redis.ts';
import { openTcpProxy } from '@razao/stack/test/tcp-proxy.ts';
import { until } from '@razao/stack/test/until.ts';
import { startTestRedis } from '@razao/stack/test-redis.ts';
import { createExpirySweeper } from '../src/expiry/expire-holds.ts';
import { openBooks, SILENT } from './books.ts';

const SHARDS = 2;

export type ExpiryBench = Awaited<ReturnType<typeof openExpiryBench>>;

/** A database behind a proxy, a Redis, and sweepers on them, each as in a process of its own; nobody commits. */
export async function openExpiryBench() {
  const [books, server] = await Promise.all([openBooks(), startTestRedis()]);
  const proxy = await openTcpProxy(books.url);
  const redis = openPatientRedis(server.url);
  await until('Redis is ready', () => redis.status === 'ready');
  const shards = Array.from({ length: SHARDS }, (_, shard) => shardKeys(books.installation, shard));
  const queues = shards.map((keys) => openChunkQueue(redis, keys));
  const stops: (() => Promise<void>)[] = [];

  return {
    ...books,
    postgres: proxy,
    server,
    redis,
    queues,
    shards,
    /** Open holds of a ledger whose ends are due so many ms from now, in that order; returns their ids. */
    async createHolds(ledger: number, dueInMs: readonly number[]): Promise<string[]> {
      const ids = dueInMs.map(() => randomUUID());
      await books.client.query(
        `insert into holds (ledger_id, id, status, expires_at, amount, changed)
         select $1::int, id, 'pending', clock_timestamp() + interval '1 ms' * (due - $4), 1, 1
         from unnest($2::uuid[], $3::float8[]) k (id, due)`,
        [ledger, ids, dueInMs, EXPIRY_GRACE_MS],
      );
      return ids;
    },
    /** The chunks in a shard's queue, the oldest first. */
    async chunks(shard: number): Promise<ExpiryCommand[][]> {
      const queue = `${shards[shard]?.tag}:chunks`;
      const ids = await redis.lrange(`${queue}:wait`, 0, -1);
      const data = await Promise.all(
        ids.reverse().map((id) => redis.hget(`${queue}:${id}`, 'data')),
      );
      return data.flatMap((text) => (text === null ? [] : [JSON.parse(text).commands]));
    },
    /** Takes the chunks out of a shard's queue as a committer does, and ends their holds; returns their commands. */
    async endQueued(shard: number): Promise<ExpiryCommand[]> {
      const commands: ExpiryCommand[] = [];
      // One after the other: others are added meanwhile.
      const queue = `${shards[shard]?.tag}:chunks`;
      for (const id of await redis.lrange(`${queue}:wait`, 0, -1)) {
        const data = await redis.hget(`${queue}:${id}`, 'data');
        commands.push(...JSON.parse(data ?? '').commands);
        await queues[shard]?.remove(id);
      }
      if (queues[shard]) await recountBacklog(redis, queues[shard]);
      await books.client.query(`update holds set status = 'expired' where id = any ($1)`, [
        commands.map(({ target }) => target),
      ]);
      return commands;
    },
    /** Starts a sweeper; `clock` is what it tells the time by, `sleep` how it waits. */
    async startSweeper(clock?: () => number, sleep?: typeof delay) {
      const own = openPatientRedis(server.url);
      const guard = guardRedis(own, 'checked', SILENT);
      const registry = createRegistry();
      const metrics = createWorkerMetrics(registry);
      zeroWorkerMetrics(metrics, SHARDS);
      const lines: string[] = [];
      const note = (...args: unknown[]) => void lines.push(String(args.at(-1)));
      const sweeper = createExpirySweeper({
        queueMax: { commands: QUEUE_COMMANDS_MAX, bytes: QUEUE_BYTES_MAX },
        databaseUrl: proxy.url,
        installation: books.installation,
        redis: own,
        guard,
        shards,
        clock: createClock(),
        metrics,
        log: { info: note, warn: note },
        ...(clock && { now: clock }),
        ...(sleep && { sleep }),
      });
      await sweeper.start();
      const stop = async () => {
        await sweeper.stop();
        guard.stop();
        own.disconnect();
      };
      stops.push(stop);
      return {
        /** What it has said, line by line. */
        lines,
        stop,
        /** A metric, summed over its labels; null where it has no value. */
        async metric(name: string): Promise<number | null> {
          const values = (await registry.getSingleMetric(name)?.get())?.values ?? [];
          return values.length === 0 ? null : values.reduce((sum, { value }) => sum + value, 0);
        },
      };
    },
    /** Ends the sweepers, and empties both stores. */
    async clear(): Promise<void> {
      await Promise.all(stops.splice(0).map((stop) => stop()));
      await books.client.query('delete from holds');
      await emptyRedis(redis);
    },
    async close(): Promise<void> {
      await Promise.all(stops.splice(0).map((stop) => stop()));
      await Promise.all(queues.map((queue) => queue.close()));
      redis.disconnect();
      await proxy.close();
      await server.remove();
      await books.close();
    },
  };
}
