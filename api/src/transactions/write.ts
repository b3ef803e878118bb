import type { Command } from '@razao/shared/contract/command.ts';
import { BODY_BYTES_MAX } from '@razao/shared/contract/limits.ts';
import type { Context } from 'hono';
import type { z } from 'zod';
import type { Deps } from '../deps.ts';
import type { ApiEnv } from '../http/env.ts';
import { readIdempotencyKey } from '../http/idempotency-key.ts';
import { readPreferWait } from '../http/prefer.ts';
import { readQuery } from '../http/query.ts';
import { readBody } from '../http/read-body.ts';
import type { Ledger } from '../ledgers/ledger-directory.ts';
import { acceptCommand, refuseReuse } from './accept.ts';
import { answerWrite } from './answer.ts';

/** A write with one command: what its body must be, and which command it is then. */
type Write<T extends z.ZodType> = {
  schema: T;
  toCommand(ledger: Ledger, key: string, request: z.output<T>): Command;
};

/** Accepts a write and answers it: once it is durable, or with its outcome if asked to wait. */
export async function writeOne<T extends z.ZodType>(
  c: Context<ApiEnv>,
  deps: Deps,
  { schema, toCommand }: Write<T>,
): Promise<Response> {
  readQuery(c.req, {});
  const key = readIdempotencyKey(c.req);
  const wait = readPreferWait(c.req);
  const ledger = await deps.ledgers.find(c.req.param('ledger') ?? '');
  const request = await readBody(c, schema, BODY_BYTES_MAX);
  const command = toCommand(ledger, key, request);
  // Before the write is accepted, so that its outcome cannot be missed.
  const place = { shard: ledger.shard, ledgerUid: ledger.uid, id: command.id };
  const ticket = wait.ms > 0 ? deps.waiters.join(place) : null;
  try {
    const bytes = Number(c.req.header('content-length') ?? BODY_BYTES_MAX);
    const { fresh, record } = await acceptCommand(deps, ledger, command, bytes);
    if (record.status !== 'queued' || !ticket) {
      return await answerWrite(c, deps, ledger, command, { fresh, record, wait });
    }
    const outcome = await ticket.outcome(wait.ms, c.req.raw.signal);
    // The committer may have found that the key was used long before, for something else.
    if (outcome) refuseReuse(deps, command, outcome);
    // Or for this: then it is a replay.
    const first = fresh && (!outcome || outcome.acceptedAt === record.acceptedAt);
    return await answerWrite(c, deps, ledger, command, {
      fresh: first,
      record: outcome ?? record,
      wait,
    });
  } finally {
    ticket?.leave();
  }
}
