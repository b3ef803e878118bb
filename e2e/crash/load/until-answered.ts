import { setTimeout as delay } from 'node:timers/promises';
import type { Stack } from '@razao/stack/stack-options.ts';
import { type Answer, call } from '../../support/http.ts';
import type { Journal } from './journal.ts';
import type { Judgement } from './judge-answer.ts';

const PAUSE_MS = 50;
const PATIENCE_MS = 60_000;

export type Request = {
  method: 'GET' | 'POST';
  ledger: string;
  /** Below `/transactions`. */
  path?: string;
  body?: unknown;
  headers?: Record<string, string>;
  /** The API to begin with; each further try goes to the next. */
  first: number;
  judge(answer: Answer | null): Judgement;
};

/**
 * Sends the same request again and again until something other than 503 comes back. Returns whether it did: not where
 * the answer was wrong or none came in a minute, which is noted.
 */
export async function untilAnswered(
  stack: Stack,
  journal: Journal,
  { method, ledger, path = '', body, headers, first, judge }: Request,
): Promise<boolean> {
  const deadline = performance.now() + PATIENCE_MS;
  for (let attempt = 0; performance.now() < deadline; attempt++) {
    const api = stack.apiUrls[(first + attempt) % stack.apiUrls.length];
    const url = `${api}/v1/ledgers/${ledger}/transactions${path}`;
    const answer = await call(url, method, body, headers).catch(() => null);
    const name = nameOf(answer);
    journal.answers.set(name, (journal.answers.get(name) ?? 0) + 1);
    const judgement = judge(answer);
    if (judgement.verdict === 'answered') return true;
    if (judgement.verdict === 'wrong') {
      journal.violations.push(`${method} ${ledger}${path} ${describe(headers)}: ${judgement.why}`);
      return false;
    }
    journal.counts.retries += 1;
    await delay(PAUSE_MS);
  }
  journal.violations.push(
    `${method} ${ledger}${path} ${describe(headers)}: no answer for ${PATIENCE_MS} ms`,
  );
  return false;
}

function nameOf(answer: Answer | null): string {
  if (answer === null) return 'no answer';
  const code = answer.body['code'];
  return typeof code === 'string' ? `${answer.status} ${code}` : String(answer.status);
}

function describe(headers: Record<string, string> = {}): string {
  return Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}`)
    .join(', ');
}
