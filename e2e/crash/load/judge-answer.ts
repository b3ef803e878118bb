import type { Answer } from '../../support/http.ts';
import { BULK, type Draft, type Outcome, type Planned } from './draft.ts';

/** `again`: no answer yet, to be sent once more with its key. `wrong`: nobody may ever get this; `fault` is the word for it. */
export type Judgement =
  | { verdict: 'again' }
  | { verdict: 'answered'; replayed: boolean }
  | { verdict: 'wrong'; fault: string; why: string };

/** What an answer to a write says; null: none came. `wait` tells whether its outcome was asked for. */
export function judgeWrite(draft: Draft, wait: boolean, answer: Answer | null): Judgement {
  if (answer === null || answer.status === 503) return { verdict: 'again' };
  const [only] = draft.commands;
  const fits =
    draft.path === BULK
      ? fitsBulk(draft.commands, answer)
      : only !== undefined && fitsOne(only, wait, answer);
  if (!fits) return wrong(answer, `it must end as ${describe(draft)}`);
  return { verdict: 'answered', replayed: answer.headers.get('idempotency-replayed') === 'true' };
}

/** What may be otherwise with a replay: its record is gone; and something else was accepted under its key since. */
export type Forgotten = { record: boolean; reused: boolean };

/** A replay of an answered write: as every write, and it says that it is one, unless its record may be gone. */
export function judgeReplay(
  draft: Draft,
  wait: boolean,
  answer: Answer | null,
  forgotten: Forgotten = { record: false, reused: false },
): Judgement {
  const judgement = judgeWrite(draft, wait, answer);
  if (forgotten.reused && answer !== null && isRefusedForReuse(answer))
    return { verdict: 'answered', replayed: true };
  if (answer === null || judgement.verdict !== 'answered' || judgement.replayed) return judgement;
  if (forgotten.record) return judgement;
  return wrong(answer, 'it does not say that it is a replay');
}

/** An answered key with another body. Refused as long as Redis has its record: a 202 is judged at the end. */
export function judgeConflict(answer: Answer | null): Judgement {
  if (answer === null || answer.status === 503) return { verdict: 'again' };
  const refused = answer.status === 422 && answer.body['code'] === 'idempotency_key_reused';
  if (!refused) return wrong(answer, 'the key was answered with another body before');
  return { verdict: 'answered', replayed: false };
}

/** By itself, or as one of a bulk. */
function isRefusedForReuse({ body }: Answer): boolean {
  const data: unknown = body['data'];
  const inBulk = (Array.isArray(data) ? data : []) as { problem?: { code: unknown } }[];
  const codes = [body['code'], ...inBulk.map(({ problem }) => problem?.code)];
  return codes.includes('idempotency_key_reused');
}

/** A look at a transaction that was in an answer: never unknown, and never something else. */
export function judgeRead({ id, expected }: Planned, answer: Answer | null): Judgement {
  if (answer === null || answer.status === 503) return { verdict: 'again' };
  const { status, body } = answer;
  if (status === 404) return wrong(answer, `it was answered before: ${id} is known`);
  if (status !== 200 || body['id'] !== id || !mayBe(expected, body['status']))
    return wrong(answer, `${id} must end as ${expected.join(' or ')}`);
  return { verdict: 'answered', replayed: false };
}

/** A look at what nobody has sent: unknown, or it cannot be told. */
export function judgeStranger(answer: Answer | null): Judgement {
  if (answer === null) return { verdict: 'again' };
  const unknown = answer.status === 404 && answer.body['code'] === 'transaction_not_found';
  if (!unknown && answer.status !== 503) return wrong(answer, 'nobody has sent it');
  return { verdict: 'answered', replayed: false };
}

function fitsOne({ id, expected }: Planned, wait: boolean, { status, body }: Answer): boolean {
  const rejected = status === 422 && wait && expected.some((code) => code === body['code']);
  const transaction = rejected ? (body['transaction'] as Record<string, unknown>) : body;
  const known = transaction?.['status'];
  if (transaction?.['id'] !== id || !mayBe(expected, known)) return false;
  // Whoever waits is told the outcome by the code of the answer.
  const told = status === (known === 'rejected' ? 422 : 201) && known !== 'queued';
  return status === 202 || (wait && told);
}

/** In the order of the request; whoever asked to wait gets the outcomes that there are. */
function fitsBulk(commands: readonly Planned[], { status, body }: Answer): boolean {
  const data = body['data'];
  if (status !== 202 || !Array.isArray(data) || data.length !== commands.length) return false;
  return commands.every(
    ({ id, expected }, i) => data[i]?.id === id && mayBe(expected, data[i]?.status),
  );
}

const STATUSES: { [K in Outcome]?: readonly string[] } = {
  posted: ['posted'],
  held: ['pending', 'posted', 'released', 'expired'],
};

function mayBe(expected: readonly Outcome[], status: unknown): boolean {
  if (status === 'queued') return true;
  return expected.some((outcome) =>
    (STATUSES[outcome] ?? ['rejected']).some((known) => known === status),
  );
}

function describe({ commands }: Draft): string {
  return commands.map(({ id, expected }) => `${id} ${expected.join(' or ')}`).join(', ');
}

function wrong({ status, body }: Answer, why: string): Judgement {
  return {
    verdict: 'wrong',
    fault: FAULTS[String(body['code'])] ?? 'answer',
    why: `${status} ${JSON.stringify(body)}, but ${why}`,
  };
}

const FAULTS: Record<string, string> = {
  transaction_not_found: 'forgotten',
  processing_failed: 'wrongly rejected',
};
