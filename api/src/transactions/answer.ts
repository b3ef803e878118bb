import type { Command } from '@razao/shared/contract/command.ts';
import type { StatusRecord } from '@razao/shared/contract/status-record.ts';
import { rejectionResponse } from '@razao/shared/runtime/problem-response.ts';
import type { Context } from 'hono';
import type { Deps } from '../deps.ts';
import type { ApiEnv } from '../http/env.ts';
import { instanceOf } from '../http/instance.ts';
import { jsonResponse } from '../http/json-response.ts';
import type { Wait } from '../http/prefer.ts';
import type { Ledger } from '../ledgers/ledger-directory.ts';
import { readStored } from './read-stored.ts';
import { fromCommand, isWholeStory } from './shape.ts';

/**
 * The answer to an accepted write: 202 with what is known, or, to whoever asked to wait and got an outcome, 201 or the 422
 * of its rejection.
 */
export async function answerWrite(
  c: Context<ApiEnv>,
  deps: Deps,
  ledger: Ledger,
  command: Command,
  { fresh, record, wait }: { fresh: boolean; record: StatusRecord; wait: Wait },
): Promise<Response> {
  // Only what the command and its record do not tell is asked of Postgres: not the answers to most transfers.
  const transaction = isWholeStory(command, record)
    ? fromCommand(ledger.name, command, record)
    : await readStored(deps, ledger, command.id, record);
  const headers: Record<string, string> = {
    Location: `/v1/ledgers/${ledger.name}/transactions/${command.id}`,
    ...wait.applied,
  };
  if (!fresh) headers['Idempotency-Replayed'] = 'true';
  if (wait.ms === 0 || record.status === 'queued') {
    return jsonResponse(transaction, 202, { ...headers, 'Retry-After': '1' });
  }
  if (record.rejection)
    return rejectionResponse(record.rejection, transaction, instanceOf(c), headers);
  return jsonResponse(transaction, 201, headers);
}
