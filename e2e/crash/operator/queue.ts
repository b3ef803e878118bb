import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ROOT } from '@razao/stack/paths.ts';
import { withRedis } from '../../support/open-world.ts';
import type { CrashStack } from '../stack/crash-stack.ts';
import { scan } from '../verify/chunks.ts';

/** The chunks that are set aside, by `npm run queue`. */
export async function listAside(stack: CrashStack): Promise<string[]> {
  const shown = await runQueue(stack);
  return [...shown.matchAll(/aside (\S+) since/g)].map(([, id]) => id ?? '');
}

/** `npm run queue -- retry` for each chunk that is set aside. Where it is refused, it stays. */
export async function retryAside(stack: CrashStack): Promise<void> {
  for (const id of await listAside(stack)) await runQueue(stack, 'retry', id).catch(() => {});
}

/** Everything that is set aside, as text. */
export async function readAside(stack: CrashStack): Promise<string> {
  return await withRedis(stack, async (redis) => {
    const texts: string[] = [];
    for (const key of await scan(redis, '*:aside')) texts.push(...(await redis.hvals(key)));
    return texts.join('\n');
  });
}

/** Gives up what is set aside. */
export async function discardAside(stack: CrashStack): Promise<void> {
  await withRedis(stack, async (redis) => {
    const keys = await scan(redis, '*:aside');
    if (keys.length > 0) await redis.unlink(keys);
  });
}

async function runQueue(stack: CrashStack, ...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [join(ROOT, 'worker/src/queue-tool.ts'), ...args],
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
