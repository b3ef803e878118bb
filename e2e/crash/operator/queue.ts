import { withRedis } from '../../support/open-world.ts';
import type { CrashStack } from '../stack/crash-stack.ts';
import { scan } from '../verify/chunks.ts';
import { runTool } from './run-tool.ts';

/** The chunks that are set aside, by `npm run queue`. */
export async function listDeadLetters(stack: CrashStack): Promise<string[]> {
  const shown = await runQueue(stack);
  return [...shown.matchAll(/aside (\S+) since/g)].map(([, id]) => id ?? '');
}

/** `npm run queue -- retry` for each chunk that is set aside. Where it is refused, it stays. */
export async function retryDeadLetter(stack: CrashStack): Promise<void> {
  for (const id of await listDeadLetters(stack)) await runQueue(stack, 'retry', id).catch(() => {});
}

/** Everything that is set aside, as text. */
export async function readDeadLetters(stack: CrashStack): Promise<string> {
  return await withRedis(stack, async (redis) => {
    const texts: string[] = [];
    for (const key of await scan(redis, '*:aside')) texts.push(...(await redis.hvals(key)));
    return texts.join('\n');
  });
}

/** Gives up what is set aside. */
export async function discardDeadLetter(stack: CrashStack): Promise<void> {
  await withRedis(stack, async (redis) => {
    const keys = await scan(redis, '*:aside');
    if (keys.length > 0) await redis.unlink(keys);
  });
}

function runQueue(stack: CrashStack, ...args: string[]): Promise<string> {
  return runTool(stack, 'queue-tool.ts', ...args);
}
