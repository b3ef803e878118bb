import type { RunFile } from './run-file.ts';
import type { Stack } from './stack-options.ts';

/** The run file of a stack as it is now. */
export function describeStack(stack: Stack): RunFile {
  const { processes, services } = stack;
  return {
    pid: process.pid,
    apiUrl: stack.apiUrls[0] ?? '',
    workerUrl: stack.workerUrls[0] ?? '',
    databaseUrl: stack.databaseUrl,
    redisUrl: stack.redisUrl,
    processes: processes.map(({ name, pid, port }) => ({ name, pid, port })),
    services: Object.values(services).map(({ name, pid, url }) => ({ name, pid, url })),
  };
}
