import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { START_HOLD_MS_MAX } from '@razao/shared/contract/limits.ts';
import { Problem } from '@razao/shared/contract/problems.ts';
import type { Installation } from '@razao/shared/runtime/installation.ts';
import { problemResponse } from '@razao/shared/runtime/problem-response.ts';

type Fetch = (request: Request, env: object) => Response | Promise<Response>;

/** What an API tells of itself before it knows what it works for: why it is not ready. */
const TOLD = new Set(['/readyz', '/metrics']);
const LOOK_MS = 20;

/**
 * An API that listens before it knows its installation. A request that comes meanwhile is held for a moment, as a load balancer sends
 * some as soon as there is a port; after that, and as long as it lasts, it is refused: it could send ledgers to the wrong queues.
 * That the process turns is said all the same: whoever supervises it must not end it for what it waits for.
 */
export function untilKnown(app: { fetch: Fetch }, installation: Installation): { fetch: Fetch } {
  const starting = new Problem('unavailable', 'the service is starting; try again');
  let held: Promise<void> | undefined;
  let begun = false;

  async function hold(): Promise<void> {
    const over = performance.now() + START_HOLD_MS_MAX;
    while (!installation.guard.usable() && performance.now() < over) await delay(LOOK_MS);
  }

  async function answerHeld(request: Request, env: object): Promise<Response> {
    // All of them share it: once it is over nobody is held any more.
    held ??= hold();
    await held;
    begun = installation.guard.usable();
    if (installation.known() || pathOf(request) === '/livez') return app.fetch(request, env);
    return problemResponse(starting, `urn:uuid:${randomUUID()}`);
  }

  return {
    fetch(request, env) {
      if (begun || TOLD.has(pathOf(request))) return app.fetch(request, env);
      return answerHeld(request, env);
    },
  };
}

function pathOf({ url }: Request): string {
  return new URL(url).pathname;
}
