import { Problem } from '@razao/shared/contract/problems.ts';
import { type StatusRecord, sameFingerprint } from '@razao/shared/contract/status-record.ts';
import { problemBody } from '@razao/shared/runtime/problem-response.ts';
import type { Context } from 'hono';
import type { Deps } from '../../deps.ts';
import type { ApiEnv } from '../../http/env.ts';
import { instanceOf } from '../../http/instance.ts';
import { jsonResponse } from '../../http/json-response.ts';
import { keyReused } from '../accept.ts';
import type { Bulk } from './read-bulk.ts';
import { keyPlace } from './read-item.ts';
import type { Placed } from './to-commands.ts';

/** What is known of one of a bulk's commands. */
export type Settled = Placed & { fresh: boolean; record: StatusRecord };

/**
 * The answer to a bulk: for each item its id and status, or why it was refused. Throws `idempotency_key_reused` where an id
 * of an atomic one stands for another command: that of a waiting client's may only have been found by the committer.
 */
export function answerBulk(
  c: Context<ApiEnv>,
  deps: Deps,
  { atomic, items }: Bulk,
  settled: readonly Settled[],
  applied: Record<string, string>,
): Response {
  const reused = settled.filter(isReused).map(({ at }) => keyPlace(at));
  deps.metrics.conflicts.inc(reused.length);
  if (atomic && reused.length > 0) throw keyReused(reused);

  const refuse = (problem: Problem) => {
    deps.metrics.refused.inc({ code: problem.code });
    return { problem: problemBody(problem, instanceOf(c)) };
  };
  const data: unknown[] = items.map((item) => (item instanceof Problem ? refuse(item) : null));
  let replays = 0;
  for (const one of settled) {
    if (isReused(one)) {
      data[one.at] = refuse(keyReused([keyPlace(one.at)]));
      continue;
    }
    data[one.at] = { id: one.command.id, status: one.record.status };
    if (!one.fresh) replays += 1;
  }
  deps.metrics.replays.inc(replays);
  const headers: Record<string, string> = { ...applied, 'Retry-After': '1' };
  if (replays === items.length) headers['Idempotency-Replayed'] = 'true';
  return jsonResponse({ data }, 202, headers);
}

/** Whether the id stands for another command. */
export function isReused({ command, record }: Settled): boolean {
  return !sameFingerprint(command.fingerprint, record.fingerprint);
}
