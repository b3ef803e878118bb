import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TEST_DIRECTORY } from '../paths.ts';
import { freePort } from '../ports.ts';
import { isAlive } from '../processes/alive.ts';
import { askRedis } from './ask-redis.ts';
import { openExternalService } from './external.ts';
import { openLocalPostgres } from './local-postgres.ts';
import { openLocalRedis } from './local-redis.ts';
import { redisBinary } from './redis-binary.ts';
import type { Service } from './service.ts';
import { withPostgres } from './with-postgres.ts';

const directory = join(TEST_DIRECTORY, 'services');
const postgresOptions = {
  directory: join(directory, 'data/postgres'),
  logFile: join(directory, 'postgres.log'),
};
const redisOptions = {
  binary: redisBinary(),
  directory: join(directory, 'data/redis'),
  logFile: join(directory, 'redis.log'),
};

async function holdPort(): Promise<{ port: number; server: Server }> {
  const port = await freePort();
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', () => resolve()));
  return { port, server };
}

describe('Postgres as a local process', () => {
  let postgres: Service;
  const value = async (sql: string) =>
    await withPostgres(
      postgres.url,
      async (client) => Object.values((await client.query(sql)).rows[0])[0],
    );

  beforeAll(async () => {
    postgres = await openLocalPostgres({ ...postgresOptions, port: await freePort() });
    await withPostgres(postgres.url, (client) => client.query('create table kept (number int)'));
  });
  afterAll(() => postgres.stop());

  test('is version 18, durable, and listens on loopback only', async () => {
    expect(await value('show server_version')).toMatch(/^18\./);
    expect(await value('show fsync')).toBe('on');
    expect(await value('show synchronous_commit')).toBe('on');
    expect(await value('show listen_addresses')).toBe('127.0.0.1');
    expect(await value('show unix_socket_directories')).toBe('');
    expect(await value('select current_database()')).toBe('razao');
  });

  test('refuses a wrong password', async () => {
    const url = postgres.url.replace(/razao:[^@]+@/, 'razao:wrong@');
    await expect(withPostgres(url, async () => {})).rejects.toThrow(/password/);
  });

  test('keeps what was committed when it is killed, and starts again on its port', async () => {
    await withPostgres(postgres.url, (client) => client.query('insert into kept values (7)'));
    const killed = postgres.pid ?? 0;
    await postgres.kill();
    expect(isAlive(killed)).toBe(false);
    expect(postgres.pid).toBeNull();
    await postgres.start();
    expect(await value('select number from kept')).toBe(7);
  });

  test('keeps it after a clean stop too', async () => {
    await postgres.stop();
    await postgres.stop();
    await postgres.start();
    expect(await value('select number from kept')).toBe(7);
  });

  test('is adopted, on its own port, by whoever opens the same data next', async () => {
    const second = await openLocalPostgres({ ...postgresOptions, port: await freePort() });
    expect(second.pid).toBe(postgres.pid);
    expect(second.url).toBe(postgres.url);
  });

  test('says so when another program holds its port', async () => {
    const { port, server } = await holdPort();
    const opening = openLocalPostgres({
      directory: join(directory, 'data/other'),
      logFile: join(directory, 'other.log'),
      port,
    });
    await expect(opening).rejects.toThrow(`port ${port}, wanted for Postgres, is taken`);
    server.close();
  });
});

describe('Redis as a local process', () => {
  let redis: Service;
  let port: number;

  beforeAll(async () => {
    port = await freePort();
    redis = await openLocalRedis({ ...redisOptions, port });
  });
  afterAll(() => redis.stop());

  test.each([
    ['appendonly', 'yes'],
    ['appendfsync', 'always'],
    ['no-appendfsync-on-rewrite', 'no'],
    ['maxmemory-policy', 'noeviction'],
    ['maxmemory', String(2 * 1024 ** 3)],
    ['save', ''],
    ['bind', '127.0.0.1'],
    ['protected-mode', 'yes'],
  ])('%s is %j', async (name, value) => {
    const answer = (await askRedis(port, `CONFIG GET ${name}`)).split('\r\n');
    expect(answer[4]).toBe(value);
  });

  test('keeps what was acknowledged when it is killed', async () => {
    expect(await askRedis(port, 'SET kept 7')).toMatch(/^\+OK/);
    await redis.kill();
    expect(redis.pid).toBeNull();
    await redis.start();
    expect(await askRedis(port, 'GET kept')).toMatch(/7/);
  });

  test('keeps it after a clean stop too', async () => {
    await redis.stop();
    await redis.start();
    expect(await askRedis(port, 'GET kept')).toMatch(/7/);
  });

  test('is adopted by whoever opens the same data next', async () => {
    const second = await openLocalRedis({ ...redisOptions, port: await freePort() });
    expect(second.pid).toBe(redis.pid);
    expect(second.url).toBe(redis.url);
  });

  test('survives being stopped and continued', async () => {
    await redis.kill('SIGSTOP');
    await redis.kill('SIGCONT');
    expect(await askRedis(port, 'PING')).toMatch(/PONG/);
  });

  test('says so when another program holds its port', async () => {
    const held = await holdPort();
    const opening = openLocalRedis({
      ...redisOptions,
      directory: join(directory, 'data/other-redis'),
      port: held.port,
    });
    await expect(opening).rejects.toThrow(`port ${held.port}, wanted for Redis, is taken`);
    held.server.close();
  });
});

test('a URL that nothing answers is a sentence, not a stack trace', async () => {
  const port = await freePort();
  const opening = openExternalService('redis', 'REDIS_URL', `redis://127.0.0.1:${port}`);
  await expect(opening).rejects.toThrow(/nothing answers at 127.0.0.1:\d+, which REDIS_URL names/);
  await expect(openExternalService('redis', 'REDIS_URL', 'no url')).rejects.toThrow(
    'REDIS_URL is not a URL',
  );
});
