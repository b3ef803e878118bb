import type { Fault } from '@razao/shared/contract/problems.ts';
import type { z } from 'zod';

/**
 * The faults that a schema found in a body, or in what stands at `base` in one, each with its JSON pointer. An unknown field
 * is pointed at itself.
 */
export function bodyFaults(error: z.ZodError, base: readonly PropertyKey[] = []): Fault[] {
  return error.issues.flatMap((issue) => {
    const path = [...base, ...issue.path];
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({
        pointer: toPointer([...path, key]),
        detail: 'is not a known field',
      }));
    }
    if (issue.code === 'invalid_key') {
      const detail = issue.issues[0]?.message ?? issue.message;
      return [{ pointer: toPointer(path), detail }];
    }
    return [{ pointer: toPointer(path), detail: issue.message }];
  });
}

/** The JSON pointer to a place in a body, as a URI fragment; what is not Unicode in a name is replaced. */
export function toPointer(path: readonly PropertyKey[]): string {
  const steps = path.map(
    (step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1').toWellFormed()}`,
  );
  return `#${steps.join('')}`;
}
