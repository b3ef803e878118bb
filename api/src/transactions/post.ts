import { BODY_BYTES_MAX } from '@razao/shared/contract/limits.ts';
import { Problem } from '@razao/shared/contract/problems.ts';
import type { StatusRecord } from '@razao/shared/contract/status-record.ts';
import { transactionRequestSchema } from '@razao/shared/contract/transaction-request.ts';
import type { Context } from 'hono';
import type { Deps } from '../deps.ts';
import type { ApiEnv } from '../http/env.ts';
import { readIdempotencyKey } from '../http/idempotency-key.ts';
import { readPreferWait } from '../http/prefer.ts';
import { rejectionResponse } from '../http/problem-response.ts';
import { readQuery } from '../http/query.ts';
import { readBody } from '../http/read-body.ts';
import { fromCommand } from './shape.ts';
import { toCommand } from './to-command.ts';

/** Bytes of a command in a chunk beyond those of the request's body. */
const COMMAND_OVERHEAD_BYTES = 300;

/** `POST /v1/ledgers/{ledger}/transactions`: answers once the write is durable, or with its outcome if asked to wait. */
export async function postTransaction(c: Context<ApiEnv>, deps: Deps): Promise<Response> {
  readQuery(c.req, {});
  const key = readIdempotencyKey(c.req);
  const wait = readPreferWait(c.req);
  const ledger = await deps.ledgers.find(c.req.param('ledger') ?? '');
  const request = await readBody(c.req, transactionRequestSchema, BODY_BYTES_MAX);
  const command = toCommand(ledger, key, request);
  const ticket =
    wait.ms > 0
      ? deps.waiters.join({ shard: ledger.shard, ledgerId: ledger.id, id: command.id })
      : null;
  try {
    const bytes =
      COMMAND_OVERHEAD_BYTES +
      200 * command.postings.length +
      Number(c.req.header('content-length') ?? 0);
    const { fresh, record } = await deps.intake(ledger.shard).accept(command, bytes);
    refuseReuse(deps, record, command.fingerprint);
    if (!fresh) deps.metrics.replays.inc();
    const latest =
      record.status === 'queued' && ticket ? await ticket.outcome(wait.ms, c.req.raw.signal) : null;
    // The key may have been used long before, when nothing of that was in Redis any more: the committer has found out.
    if (latest) refuseReuse(deps, latest, command.fingerprint);
    const known = latest ?? record;
    const location = `/v1/ledgers/${ledger.name}/transactions/${command.id}`;
    const headers = {
      Location: location,
      ...wait.applied,
      ...(fresh ? {} : { 'Idempotency-Replayed': 'true' }),
    };
    const transaction = fromCommand(ledger.name, command, known);
    if (wait.ms === 0 || known.status === 'queued')
      return c.json(transaction, 202, { ...headers, 'Retry-After': '1' });
    if (known.rejection)
      return rejectionResponse(known.rejection, transaction, c.get('instance'), headers);
    return c.json(transaction, 201, headers);
  } finally {
    ticket?.leave();
  }
}

function refuseReuse(deps: Deps, record: StatusRecord, fingerprint: string): void {
  if (record.fingerprint === fingerprint) return;
  deps.metrics.conflicts.inc();
  throw new Problem(
    'idempotency_key_reused',
    'this idempotency key stands for another command; use a new key',
    {
      faults: [{ header: 'Idempotency-Key', detail: 'was used for another command' }],
    },
  );
}
