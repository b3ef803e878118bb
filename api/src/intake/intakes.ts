import type { ShardKeys } from '@razao/shared/runtime/keys.ts';
import { Intake, type IntakeDeps } from './intake.ts';

/** The intakes of a process, one for each shard, each made when it is first asked for: their keys are not known before. */
export function createIntakes(
  keysOf: (shard: number) => ShardKeys,
  deps: Omit<IntakeDeps, 'keys'>,
): { of(shard: number): Intake; drain(): Promise<void> } {
  const intakes = new Map<number, Intake>();
  return {
    of: (shard) =>
      intakes.getOrInsertComputed(shard, () => new Intake({ ...deps, keys: keysOf(shard) })),
    async drain() {
      await Promise.all(intakes.values().map((intake) => intake.drain()));
    },
  };
}
