import { randomUUIDv7 } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from 'pg';
import type { Api } from '../outside/create-api.ts';
import { inParallel } from '../outside/in-parallel.ts';
import { postUntilAccepted } from '../outside/post-until-accepted.ts';
import type { Problems } from '../verify/create-problems.ts';
import type { MixRequest } from './command.ts';
import { writeMixRequest } from './write-mix-request.ts';

const AT_ONCE = 16;
const PAUSE_MS = 200;
/** Holds that expire so soon are left to do so. */
const SOON_MS = 20_000;
/** No hold has ended for so long: those that are left never will. */
const STANDSTILL_MS = 30_000;

/**
 * Releases every hold that is still open and would be for long, and waits until no hold is open any more. `onAccepted` is
 * told of each release. The queue must be empty.
 */
export async function closeHolds(
  { api, pg, ledger }: { api: Api; pg: Client; ledger: string },
  onAccepted: (request: MixRequest) => void,
  problems: Problems,
): Promise<void> {
  const long = (await openHolds(pg, ledger)).filter(
    ({ expiresAt }) => Date.parse(expiresAt) > Date.now() + SOON_MS,
  );
  await inParallel([...long.entries()], AT_ONCE, async ([index, { id: target }]) => {
    const command = { kind: 'release' as const, id: randomUUIDv7(), target };
    // Each is a client of its own: they come to their turns in any order.
    const client = -1 - index;
    const about = { shape: 'single', invalidAt: null, again: false } as const;
    const request: MixRequest = { ...about, client, commands: [command] };
    await postUntilAccepted(api, writeMixRequest(request));
    onAccepted(request);
  });
  let left = Number.POSITIVE_INFINITY;
  let movedAt = performance.now();
  while (left > 0) {
    const open = (await openHolds(pg, ledger)).length;
    if (open < left) movedAt = performance.now();
    left = open;
    if (performance.now() - movedAt > STANDSTILL_MS) {
      problems.add('holds that never ended', String(left));
      return;
    }
    await sleep(PAUSE_MS);
  }
}

async function openHolds(pg: Client, ledger: string): Promise<{ id: string; expiresAt: string }[]> {
  const { rows } = await pg.query<{ id: string; expiresAt: string }>(
    `select id, hold_expires_at as "expiresAt"
     from transactions_view
     where ledger_id = (select id from ledgers_view where name = $1) and status = 'pending'`,
    [ledger],
  );
  return rows;
}
