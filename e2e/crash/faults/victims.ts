import { lockHolder } from '../../support/lock-holder.ts';
import { ledgerOf, type Scene } from './fault.ts';

/**
 * What is killed: an API; the worker that holds the lock of the round's shard, or the other one; Redis, which comes back on
 * its append-only file; Postgres, which comes back on its data.
 */
export const TARGETS = ['api', 'worker', 'standby', 'redis', 'postgres'] as const;
export type Target = (typeof TARGETS)[number];

/** `kill -9` of one target, `afterMs` into the round; it is started again `downMs` after its death. */
export type Strike = { target: Target; afterMs: number; downMs: number };

/** What kills and starts alike, be it a process of ours or a service. */
export type Mortal = { readonly name: string; kill(): Promise<void>; start(): Promise<void> };

export type Victim = { strike: Strike; mortal: Mortal };

/** Finds out, before anything of a round is killed, whom its strikes will hit. */
export async function findVictims(scene: Scene, strikes: readonly Strike[]): Promise<Victim[]> {
  const { stack, pick } = scene;
  const holder = await lockHolder(stack, ledgerOf(scene), stack.shards);
  const mortals: Record<Target, Mortal | undefined> = {
    api: stack.apis[pick % stack.apis.length],
    worker: holder,
    standby: stack.workers.find(({ name }) => name !== holder.name),
    redis: stack.services.redis,
    postgres: stack.services.postgres,
  };
  return strikes.map((strike) => {
    const mortal = mortals[strike.target];
    if (mortal === undefined) throw new Error(`the stack has no ${strike.target}`);
    return { strike, mortal };
  });
}
