import type { z } from 'zod';

/**
 * Reads a process's environment by a schema, once, and freezes it. Every fault is named at once, each on a line of its
 * own; a value that is set but empty counts as not set.
 */
export function readEnv<T extends z.ZodType>(
  schema: T,
  env: NodeJS.ProcessEnv,
): Readonly<z.output<T>> {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const parsed = schema.safeParse(given);
  if (!parsed.success) {
    const faults = parsed.error.issues.map(
      (issue) => `  ${issue.path.join('.')}: ${issue.message}`,
    );
    throw new Error(`the environment is not valid:\n${faults.join('\n')}`);
  }
  return Object.freeze(parsed.data);
}
