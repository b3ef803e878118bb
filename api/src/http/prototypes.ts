import type { Fault } from '@razao/shared/contract/problems.ts';
import { toPointer } from './faults.ts';

type Branch = { value: object; key: PropertyKey; parent: Branch | null };

/**
 * A field named `__proto__` in a body, or in what stands at `base` in one; null where there is none. No field of ours has
 * this name, and object-building code, a validator's too, loses it in silence.
 */
export function prototypeFault(body: unknown, base: readonly PropertyKey[] = []): Fault | null {
  if (typeof body !== 'object' || body === null) return null;
  // Not recursive: a body may be nested deeper than the stack.
  const branches: Branch[] = [{ value: body, key: '', parent: null }];
  for (let branch = branches.pop(); branch; branch = branches.pop()) {
    if (Object.hasOwn(branch.value, '__proto__')) {
      const pointer = toPointer([...base, ...pathTo(branch), '__proto__']);
      return { pointer, detail: 'is not a usable name' };
    }
    for (const [key, value] of Object.entries(branch.value)) {
      if (typeof value === 'object' && value !== null)
        branches.push({ value, key, parent: branch });
    }
  }
  return null;
}

function pathTo(branch: Branch): PropertyKey[] {
  const keys: PropertyKey[] = [];
  for (let at = branch; at.parent !== null; at = at.parent) keys.unshift(at.key);
  return keys;
}
