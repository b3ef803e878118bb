import { setTimeout as delay } from 'node:timers/promises';

/** Asks until the answer is yes; throws when it was no for too long. An error counts as no. */
export async function until(
  what: string,
  ask: () => Promise<boolean> | boolean,
  msMax = 30_000,
): Promise<void> {
  const deadline = performance.now() + msMax;
  let last: unknown;
  while (performance.now() < deadline) {
    try {
      if (await ask()) return;
      last = undefined;
    } catch (error) {
      last = error;
    }
    await delay(50);
  }
  throw new Error(`not within ${msMax} ms: ${what}`, { cause: last });
}
