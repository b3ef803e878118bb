import type { Scene } from '../faults/fault.ts';
import { untilDrained } from '../verify/chunks.ts';
import { runTool } from './run-tool.ts';

/** Changes the number of shards of a running stack, as OPERATIONS.md says; resolves when all processes answer again. */
export async function changeShards({ stack, signal }: Scene, shards: number): Promise<void> {
  await Promise.all(stack.apis.map((api) => api.stop()));
  await untilDrained(stack, { signal });
  await Promise.all(stack.workers.map((worker) => worker.stop()));
  await runTool(stack, 'shards-tool.ts', String(shards));
  stack.shards = shards;
  for (const process of stack.processes) stack.setEnv(process, { SHARDS: String(shards) });
  signal.throwIfAborted();
  await Promise.all(stack.processes.map((process) => process.start()));
}
