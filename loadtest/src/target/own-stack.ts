import { join } from 'node:path';
import { RAZAO_DIRECTORY } from '@razao/stack/paths.ts';
import { runStack } from '@razao/stack/run-stack.ts';
import type { Target } from './target.ts';

/**
 * Brings up services, an API and a worker for this load test alone, on free ports and in a database of their own that
 * goes away with them. `key` is the one that the API accepts.
 */
export async function openOwnStack(key: string, say: (line: string) => void): Promise<Target> {
  const stack = await runStack({
    directory: join(RAZAO_DIRECTORY, 'load'),
    ports: 'free',
    database: `razao_load_${process.pid}`,
    env: { RAZAO_DEV_KEY: key },
    say,
  });
  const apiUrl = stack.apiUrls[0];
  if (apiUrl === undefined) {
    throw new Error('the stack runs no API');
  }
  const { databaseUrl, redisUrl, stop } = stack;
  const services = [
    { name: 'postgres', of: stack.services.postgres },
    { name: 'redis', of: stack.services.redis },
  ];
  const all = [...stack.processes.map((of) => ({ name: of.name, of })), ...services];
  return {
    what: 'a stack of its own',
    apiUrl,
    databaseUrl,
    redisUrl,
    processes: () =>
      all.flatMap(({ name, of: { pid } }) =>
        pid === null ? [] : [{ name, pid, withDescendants: true }],
      ),
    stop,
  };
}
