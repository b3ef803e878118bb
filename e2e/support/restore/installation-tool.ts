import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ROOT } from '@razao/stack/paths.ts';
import type { Stack } from '@razao/stack/stack-options.ts';

/** Runs `npm run installation` against a stack and returns what it prints; throws where it fails. */
export async function runInstallationTool(stack: Stack, ...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [join(ROOT, 'stack/bootstrap.mjs'), 'installation', ...args],
    { env: { ...process.env, DATABASE_URL: stack.databaseUrl, REDIS_URL: stack.redisUrl } },
  );
  return stdout;
}
