import { hash } from 'node:crypto';
import type { Redis } from 'ioredis';

/** A Lua script with the digest under which Redis knows it. */
export type Script = { readonly text: string; readonly digest: string };

export function defineScript(text: string): Script {
  return { text, digest: hash('sha1', text) };
}

/** Runs a script by its digest; sends the text where Redis does not know it (yet, or since a restart). */
export async function runScript(
  redis: Redis,
  script: Script,
  keys: readonly string[],
  args: readonly (string | number)[],
): Promise<unknown> {
  try {
    return await redis.evalsha(script.digest, keys.length, ...keys, ...args);
  } catch (error) {
    if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error;
    return redis.eval(script.text, keys.length, ...keys, ...args);
  }
}
