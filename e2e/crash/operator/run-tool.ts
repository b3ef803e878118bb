import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ROOT } from '@razao/stack/paths.ts';
import type { CrashStack } from '../stack/crash-stack.ts';

/** Runs a command of an operator on a stack, by its file in `worker/src/`; returns what it says. Throws where it is refused. */
export async function runTool(stack: CrashStack, file: string, ...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [join(ROOT, 'worker/src', file), ...args],
    {
      env: {
        ...process.env,
        REDIS_URL: stack.redisUrl,
        DATABASE_URL: stack.databaseUrl,
        SHARDS: String(stack.shards),
      },
    },
  );
  return stdout;
}
