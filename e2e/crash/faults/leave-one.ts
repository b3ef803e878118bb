import type { ManagedProcess } from '@razao/stack/processes/process-spec.ts';
import { lockHolder } from '../../support/lock-holder.ts';
import { ledgerOf, type Scene } from './fault.ts';

/** Stops all workers but the one that holds the lock of the round's shard. Returns that. */
export async function leaveOne(scene: Scene): Promise<ManagedProcess[]> {
  const { stack } = scene;
  const holder = await lockHolder(stack, ledgerOf(scene), stack.shards);
  await Promise.all(stack.workers.filter((one) => one !== holder).map((other) => other.stop()));
  return [holder];
}
