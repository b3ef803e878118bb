import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { RAZAO_DIRECTORY } from '@razao/stack/paths.ts';
import { freePort } from '@razao/stack/ports.ts';
import { providePostgres, provideRedis } from '@razao/stack/services/provide.ts';
import { lockLoad } from '../../target/lock-load.ts';
import type { WatchedProcess } from '../../target/target.ts';

const DIRECTORY = join(RAZAO_DIRECTORY, 'measure');

/** Servers for the experiments alone, with the settings of `npm start`: as durable, and as slow, as in production. */
export type Bench = {
  /** A database from which others are created. */
  postgresUrl: string;
  redisUrl: string;
  /** `postgres` and `redis`, each with its children. */
  processes: readonly WatchedProcess[];
  stop(): Promise<void>;
};

/** Starts both servers on free ports, Redis with nothing in it. */
export async function openBench(say: (line: string) => void): Promise<Bench> {
  const unlock = lockLoad(join(DIRECTORY, 'lock.pid'));
  try {
    const postgres = await providePostgres({ directory: DIRECTORY, port: await freePort() });
    const redis = await openEmptyRedis();
    say(`Postgres and Redis answer, data in ${DIRECTORY}`);
    const watched = ({ name, pid }: { name: string; pid: number | null }) =>
      pid === null ? [] : [{ name, pid, withDescendants: true }];
    return {
      postgresUrl: postgres.url,
      redisUrl: redis.url,
      processes: [...watched(postgres), ...watched(redis)],
      async stop() {
        await Promise.allSettled([redis.stop(), postgres.stop()]);
        unlock();
      },
    };
  } catch (error) {
    unlock();
    throw error;
  }
}

/** Its append-only file would grow from run to run. A server that a killed run left behind is stopped first. */
async function openEmptyRedis() {
  const left = await provideRedis({ directory: DIRECTORY, port: await freePort() });
  await left.stop();
  rmSync(join(DIRECTORY, 'data/redis'), { recursive: true, force: true });
  return await provideRedis({ directory: DIRECTORY, port: await freePort() });
}
