import { setTimeout as delay } from 'node:timers/promises';
import type { Terms } from './fault.ts';
import type { Target, Victim } from './victims.ts';

/** When a victim died and when it answered again, by the clock of this machine, which Postgres goes by too. */
export type Blow = { target: Target; name: string; killedAt: number; backAt: number };

const LIMIT_MS = { process: 10_000, service: 30_000 };

/** Kills all victims, each at its time, and starts them again. An abort is heard between the two. */
export async function strikeAll(victims: readonly Victim[], signal: AbortSignal): Promise<Blow[]> {
  const blows = await Promise.allSettled(victims.map((victim) => strike(victim, signal)));
  // All have ended, so that nothing is started behind the back of whoever now stops the stack.
  return blows.map((blow) => {
    if (blow.status === 'rejected') throw blow.reason;
    return blow.value;
  });
}

async function strike({ strike, mortal }: Victim, signal: AbortSignal): Promise<Blow> {
  await delay(strike.afterMs, undefined, { signal });
  const killedAt = Date.now();
  await mortal.kill();
  await delay(strike.downMs, undefined, { signal });
  await mortal.start();
  return { target: strike.target, name: mortal.name, killedAt, backAt: Date.now() };
}

/**
 * From when on postings are waited for, and for how long at most. A service counts from its return, a process from its
 * death, since another one is there to take over; where both workers died, from the return of the first of them.
 */
export function recoveryTerms(blows: readonly Blow[]): Terms {
  const services = blows.filter(({ target }) => target === 'redis' || target === 'postgres');
  const workers = blows.filter(({ target }) => target === 'worker' || target === 'standby');
  const returns = services.map(({ backAt }) => backAt);
  if (workers.length > 1) returns.push(Math.min(...workers.map(({ backAt }) => backAt)));
  return {
    from: Math.max(...returns, ...blows.map(({ killedAt }) => killedAt)),
    limitMs: services.length > 0 ? LIMIT_MS.service : LIMIT_MS.process,
  };
}
