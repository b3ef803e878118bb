import { setTimeout as delay } from 'node:timers/promises';
import { type HeldLedger, holdBalances } from '../../support/held-ledger.ts';
import { withSql } from '../../support/open-world.ts';
import { putLedger } from '../load/ledgers.ts';
import {
  discardDeadLetter,
  listDeadLetters,
  readDeadLetters,
  retryDeadLetter,
} from '../operator/queue.ts';
import { awaitCatchUp } from '../rounds/catch-up.ts';
import { ledgerOf, type Scene } from './fault.ts';
import { createProbe } from './probe.ts';
import type { RewindPlan } from './rewind.ts';
import type { RewindLedgers } from './rewind-ledgers.ts';

const ASIDE_MS_MAX = 20_000;
const RETRIES = 2;
const WRITES = 3;

/** Ids of what was accepted in the lost ledger after the restore, and all that was set aside before the operator retried it. */
export type BroughtBack = { accepted: string[]; aside: string };

/**
 * Starts everything again after a restore to a point, while tenants create ledgers and use them, and the operator retries what
 * was set aside.
 */
export async function bringBack(
  scene: Scene,
  { lost, other }: RewindLedgers,
  plan: RewindPlan,
): Promise<BroughtBack> {
  const { stack } = scene;
  const [first, second] = plan.first === 'same' ? [lost, other] : [other, lost];
  let held: HeldLedger | undefined;
  // A commit is stuck behind them only when it knows which ledgers there are.
  if (plan.stuck) held = await holdBalances(stack, ledgerOf(scene));
  try {
    await Promise.all(stack.apis.map((api) => api.start()));
    // Who has known the lost ledger before may know it still.
    const accepted = plan.stay === 'none' ? [] : await write(scene, lost, 'at-once');
    if (plan.early) await putLedger(stack, first);
    await Promise.all(stack.workers.map((worker) => worker.start()));
    if (!plan.early) {
      await untilDeadLetter(scene);
      await putLedger(stack, first);
    }
    await putLedger(stack, second);
    scene.ownLedgers.push(other);
    accepted.push(...(await write(scene, lost, 'later')));
    const tenant = createProbe(scene, other, 'tenant');
    for (let n = 0; n < WRITES; n++) await tenant.deposit();
    const aside = await readDeadLetters(stack);
    await retryDeadLetter(stack);
    return { accepted, aside };
  } finally {
    await held?.release();
  }
}

/** What waited is posted where it was sent to, or set aside still; what is set aside is given up then. */
export async function lookAfter(
  scene: Scene,
  { lost }: RewindLedgers,
  waiting: readonly string[],
  wasDeadLetter: string,
): Promise<string[]> {
  const { stack, signal } = scene;
  for (let n = 0; n < RETRIES; n++) {
    await awaitCatchUp(stack, signal);
    await retryDeadLetter(stack);
  }
  await awaitCatchUp(stack, signal);
  const aside = await readDeadLetters(stack);
  const { rows } = await withSql(stack, (client) =>
    client.query<{ id: string }>(
      `select t.id from transactions t join ledgers l on l.id = t.ledger_id where l.name = $1`,
      [lost],
    ),
  );
  const posted = new Set(rows.map(({ id }) => id));
  await discardDeadLetter(stack);
  return waiting
    .filter((id) => !posted.has(id) && !aside.includes(id))
    .map((id) => {
      const was = wasDeadLetter.includes(id) ? 'was set aside, then retried' : 'waited';
      return `lost: ${lost} ${id} ${was}, and is neither posted nor set aside`;
    });
}

/** Commands for the lost ledger, to each API. */
async function write(scene: Scene, lost: string, when: string): Promise<string[]> {
  const ids: string[] = [];
  for (const api of scene.stack.apis.keys()) {
    const probe = createProbe(scene, lost, `${when}-${api}`);
    const id = await probe.tryDeposit({ api, mayBeLost: true });
    if (id !== null) ids.push(id);
  }
  return ids;
}

/** Something may be set aside, now that workers look at the queue again. */
async function untilDeadLetter({ stack, signal }: Scene): Promise<void> {
  const deadline = performance.now() + ASIDE_MS_MAX;
  while (performance.now() < deadline && (await listDeadLetters(stack)).length === 0)
    await delay(200, undefined, { signal });
}
