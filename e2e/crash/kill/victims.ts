import type { Stack } from '@razao/stack/stack-options.ts';
import { lockHolder } from '../../support/lock-holder.ts';
import type { Round, Strike, Target } from './schedule.ts';

/** What kills and starts alike, be it a process of ours or a service. */
export type Mortal = { readonly name: string; kill(): Promise<void>; start(): Promise<void> };

export type Victim = { strike: Strike; mortal: Mortal };

/** Finds out, before anything of a round is killed, whom its strikes will hit. */
export async function findVictims(
  stack: Stack,
  ledgers: readonly string[],
  { strikes, pick }: Round,
): Promise<Victim[]> {
  const ledger = ledgers[pick % ledgers.length] ?? '';
  const holder = await lockHolder(stack, ledger);
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
