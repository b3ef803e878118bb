import { BODY_BYTES_MAX } from '@razao/shared/contract/limits.ts';
import { transactionRequestSchema } from '@razao/shared/contract/transaction-request.ts';
import type { Context } from 'hono';
import type { Deps } from '../deps.ts';
import type { ApiEnv } from '../http/env.ts';
import { readIdempotencyKey } from '../http/idempotency-key.ts';
import { readPreferWait } from '../http/prefer.ts';
import { readQuery } from '../http/query.ts';
import { readBody } from '../http/read-body.ts';
import { acceptCommand, refuseReuse } from './accept.ts';
import { answerWrite } from './answer.ts';
import { toCommand } from './to-command.ts';

/** `POST /v1/ledgers/{ledger}/transactions`: answers once the write is durable, or with its outcome if asked to wait. */
export async function postTransaction(c: Context<ApiEnv>, deps: Deps): Promise<Response> {
  readQuery(c.req, {});
  const key = readIdempotencyKey(c.req);
  const wait = readPreferWait(c.req);
  const ledger = await deps.ledgers.find(c.req.param('ledger') ?? '');
  const request = await readBody(c.req, transactionRequestSchema, BODY_BYTES_MAX);
  const command = toCommand(ledger, key, request);
  // Before the write is accepted, so that its outcome cannot be missed.
  const place = { shard: ledger.shard, ledgerId: ledger.id, id: command.id };
  const ticket = wait.ms > 0 ? deps.waiters.join(place) : null;
  try {
    const bytes = Number(c.req.header('content-length') ?? BODY_BYTES_MAX);
    const { fresh, record } = await acceptCommand(deps, ledger, command, bytes);
    if (record.status !== 'queued' || !ticket) {
      return answerWrite(c, ledger, command, { fresh, record, wait });
    }
    const outcome = await ticket.outcome(wait.ms, c.req.raw.signal);
    // The committer may have found that the key was used long before, for something else.
    if (outcome) refuseReuse(deps, command, outcome);
    return answerWrite(c, ledger, command, { fresh, record: outcome ?? record, wait });
  } finally {
    ticket?.leave();
  }
}
