import { BULK_BYTES_MAX } from '@razao/shared/contract/limits.ts';
import type { Context } from 'hono';
import type { Deps } from '../../deps.ts';
import type { ApiEnv } from '../../http/env.ts';
import { readPreferWait } from '../../http/prefer.ts';
import { readQuery } from '../../http/query.ts';
import type { Ticket } from '../../waiting/waiters.ts';
import { acceptBulk } from './accept-bulk.ts';
import { answerBulk, isReused, type Settled } from './answer-bulk.ts';
import { readBulk } from './read-bulk.ts';
import { toCommands } from './to-commands.ts';

/**
 * `POST .../transactions/bulk`: answers once all that is valid of it is durable, with the status of each in the order of the
 * request; whoever asks to wait gets their outcomes, as far as there are any by then.
 */
export async function postBulk(c: Context<ApiEnv>, deps: Deps): Promise<Response> {
  readQuery(c.req, {});
  const wait = readPreferWait(c.req);
  const ledger = await deps.ledgers.find(c.req.param('ledger') ?? '');
  const bulk = await readBulk(c);
  const placed = toCommands(ledger, bulk);
  const commands = placed.map(({ command }) => command);
  // Before they are accepted, so that no outcome can be missed.
  const waiting = wait.ms > 0 ? commands : [];
  const tickets = waiting.map(({ id }) =>
    deps.waiters.join({ shard: ledger.shard, ledgerUid: ledger.uid, id }),
  );
  try {
    const bytes = Number(c.req.header('content-length') ?? BULK_BYTES_MAX);
    const accepted = await acceptBulk(deps, ledger, commands, bytes);
    const known = placed.flatMap((one, i): Settled[] => {
      const acceptance = accepted[i];
      return acceptance ? [{ ...one, ...acceptance }] : [];
    });
    if (tickets.length === 0) return answerBulk(c, deps, bulk, known, wait.applied);
    const settled = await Promise.all(
      known.map((one, i) => settle(one, tickets[i] ?? null, wait.ms, c.req.raw.signal)),
    );
    return answerBulk(c, deps, bulk, settled, wait.applied);
  } finally {
    for (const ticket of tickets) ticket?.leave();
  }
}

async function settle(
  one: Settled,
  ticket: Ticket | null,
  ms: number,
  signal: AbortSignal,
): Promise<Settled> {
  if (!ticket || one.record.status !== 'queued' || isReused(one)) return one;
  const record = await ticket.outcome(ms, signal);
  return record ? { ...one, record } : one;
}
