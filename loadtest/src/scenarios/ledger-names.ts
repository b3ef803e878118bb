import { shardOf } from '@razao/shared/runtime/shard.ts';

/** What a stack has unless it says otherwise; with another number the names are as good as any. */
const SHARDS = 4;

/** New names for so many ledgers, on shards in turn. */
export function ledgerNames(scenario: string, count: number): string[] {
  const stem = `load-${scenario}-${Date.now().toString(36)}`;
  const names: string[] = [];
  for (let n = 0; names.length < count; n++) {
    const name = n === 0 ? stem : `${stem}-${n}`;
    if (count === 1 || shardOf(name, SHARDS) === names.length % SHARDS) names.push(name);
  }
  return names;
}
