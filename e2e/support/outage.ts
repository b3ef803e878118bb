import { setTimeout as delay } from 'node:timers/promises';
import { childrenOf, sendSignal } from '@razao/stack/processes/alive.ts';
import type { ManagedProcess } from '@razao/stack/processes/process-spec.ts';
import type { Service } from '@razao/stack/services/service.ts';

/**
 * How something is down. `killed`: its port refuses. `silent`: the nastier way; the kernel takes connections and what is
 * sent, and nobody answers.
 */
export type How = 'killed' | 'silent';

/** How long it may take after an outage until all is posted that was accepted meanwhile: on a slow machine longer than that took. */
export function catchUpMsMax(downMs: number): number {
  return 30_000 + 4 * downMs;
}

/** Takes a server or a process of ours down. */
export async function takeDown(target: Service | ManagedProcess, how: How): Promise<void> {
  if (how === 'killed') return target.kill();
  // The parent first, so that it has no further children; a Postgres whose backends ran on would not be silent.
  for (const pid of family(target)) sendSignal(pid, 'SIGSTOP');
}

/** Brings it back, and resolves when it answers. */
export async function bringBack(target: Service | ManagedProcess, how: How): Promise<void> {
  if (how === 'killed') return target.start();
  for (const pid of family(target).reverse()) sendSignal(pid, 'SIGCONT');
}

/** Does something over and over until the time is over, at least once. */
export async function during(ms: number, work: () => Promise<void>): Promise<void> {
  const end = performance.now() + ms;
  do {
    await work();
    await delay(200);
  } while (performance.now() < end);
}

function family({ pid }: { pid: number | null }): number[] {
  return pid === null ? [] : [pid, ...childrenOf(pid)];
}
