import type { Answer } from '../../support/http.ts';
import type { Expected } from './draft.ts';

/** `again`: no answer yet, to be sent once more with its key. `wrong`: nobody may ever get this. */
export type Judgement =
  | { verdict: 'again' }
  | { verdict: 'answered'; id: string; replayed: boolean }
  | { verdict: 'wrong'; why: string };

/** What an answer to a write says; null: none came. `wait` tells whether its outcome was asked for. */
export function judgeWrite(expected: Expected, wait: boolean, answer: Answer | null): Judgement {
  if (answer === null || answer.status === 503) return { verdict: 'again' };
  const { status, body, headers } = answer;
  const replayed = headers.get('idempotency-replayed') === 'true';
  const rejected = status === 422 && wait && body['code'] === expected;
  const transaction = rejected ? (body['transaction'] as Record<string, unknown>) : body;
  const known = transaction?.['status'];
  const final = expected === 'posted' ? 'posted' : 'rejected';
  const fits =
    (status === 202 && (known === 'queued' || known === final)) ||
    (status === 201 && wait && known === 'posted' && expected === 'posted') ||
    (rejected && known === 'rejected');
  const id = transaction?.['id'];
  if (!fits || typeof id !== 'string') return wrong(answer, `it must end as ${expected}`);
  return { verdict: 'answered', id, replayed };
}

/** A replay of an answered write: as every write, with the same id, and it says that it is one. */
export function judgeReplay(
  expected: Expected,
  wait: boolean,
  id: string,
  answer: Answer | null,
): Judgement {
  const judgement = judgeWrite(expected, wait, answer);
  if (answer === null || judgement.verdict !== 'answered') return judgement;
  if (judgement.id !== id) return wrong(answer, `its id was ${id}`);
  return judgement.replayed ? judgement : wrong(answer, 'it does not say that it is a replay');
}

/**
 * An answered key with another body. Always refused here: Redis keeps its records through a kill, and the run is shorter
 * than the window in which a record is kept after its outcome.
 */
export function judgeConflict(id: string, answer: Answer | null): Judgement {
  if (answer === null || answer.status === 503) return { verdict: 'again' };
  const refused = answer.status === 422 && answer.body['code'] === 'idempotency_key_reused';
  if (!refused) return wrong(answer, 'the key was answered with another body before');
  return { verdict: 'answered', id, replayed: false };
}

/** A look at a transaction that was in an answer: never unknown, and never something else. */
export function judgeRead(expected: Expected, id: string, answer: Answer | null): Judgement {
  if (answer === null || answer.status === 503) return { verdict: 'again' };
  const { status, body } = answer;
  const final = expected === 'posted' ? 'posted' : 'rejected';
  const fits = body['status'] === 'queued' || body['status'] === final;
  if (status !== 200 || body['id'] !== id || !fits)
    return wrong(answer, `it must end as ${expected}`);
  return { verdict: 'answered', id, replayed: false };
}

function wrong({ status, body }: Answer, why: string): Judgement {
  return { verdict: 'wrong', why: `${status} ${JSON.stringify(body)}, but ${why}` };
}
