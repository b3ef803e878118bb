import type { Scene } from '../faults/fault.ts';
import { loseRecords } from '../faults/records.ts';

/** What was done to the stores: how far Postgres was brought back, and whether Redis is still the one that it was. */
export type Restored = {
  postgres: 'to the end' | 'to a point' | 'as it was';
  redis: 'kept' | 'lost';
};

/** What the operator does after a restore, once both stores answer, as OPERATIONS.md says. */
export async function settleStores(scene: Scene, { redis }: Restored): Promise<void> {
  if (redis === 'kept') await loseRecords(scene);
}
