import { withSql } from '../../support/open-world.ts';
import type { Scene } from '../faults/fault.ts';
import { untilDrained } from '../verify/chunks.ts';

const CHANGE = `merge into settings s using (select 'shards' as name) given on s.name = given.name
  when matched then update set value = $1`;

/** Changes the number of shards of a running stack, as OPERATIONS.md says; resolves when all processes answer again. */
export async function changeShards({ stack, signal }: Scene, shards: number): Promise<void> {
  await Promise.all(stack.apis.map((api) => api.stop()));
  await untilDrained(stack, { signal });
  await Promise.all(stack.workers.map((worker) => worker.stop()));
  await setShards();
  stack.shards = shards;
  for (const process of stack.processes) stack.setEnv(process, { SHARDS: String(shards) });
  signal.throwIfAborted();
  await Promise.all(stack.processes.map((process) => process.start()));

  /** The step that is a command, or a statement, of its own. */
  async function setShards(): Promise<void> {
    await withSql(stack, (client) => client.query(CHANGE, [String(shards)]));
  }
}
