import { until } from '@razao/stack/test/until.ts';
import type { Scene } from '../faults/fault.ts';
import { runTool } from './run-tool.ts';

/** What was done to the stores: how far Postgres was brought back, and whether Redis is still the one that it was. */
export type Restored = {
  postgres: 'to the end' | 'to a point' | 'as it was';
  redis: 'kept' | 'lost';
};

const ADOPTED_MS_MAX = 30_000;

/** What the operator does after a restore, once both stores answer, as OPERATIONS.md says. */
export async function settleStores(
  { stack, load, signal }: Scene,
  { postgres, redis }: Restored,
): Promise<void> {
  if (postgres !== 'to a point' && redis === 'kept') return;
  const from = Date.now();
  // A Postgres that is still being restored is refused.
  const adopt = () => runTool(stack, 'installation-tool.ts', 'adopt').then(Boolean, () => false);
  await until('the stores are adopted', adopt, ADOPTED_MS_MAX, signal);
  load.journal.told.losses.push({ from, to: Date.now() });
}
