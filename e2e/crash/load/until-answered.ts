import { setTimeout as delay } from 'node:timers/promises';
import type { Stack } from '@razao/stack/stack-options.ts';
import { type Answer, call } from '../../support/http.ts';
import type { Journal } from './journal.ts';
import type { Judgement } from './judge-answer.ts';
import { saidBy } from './told.ts';

const PAUSE_MS = 50;
/** A shard may be stuck for most of it. */
const PATIENCE_MS = 120_000;

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
  /** What the answer says is of no other request. */
  aside?: boolean;
};

/**
 * Sends the same request again and again until something other than 503 comes back, and returns that. Null where the answer
 * was wrong or none came for two minutes, which is noted.
 */
export async function untilAnswered(
  stack: Pick<Stack, 'apiUrls'>,
  journal: Journal,
  { method, ledger, path = '', body, headers, first, judge, aside = false }: Request,
): Promise<Answer | null> {
  const deadline = performance.now() + PATIENCE_MS;
  for (let attempt = 0; performance.now() < deadline; attempt++) {
    const api = stack.apiUrls[(first + attempt) % stack.apiUrls.length];
    const url = `${api}/v1/ledgers/${ledger}/transactions${path}`;
    const sentAt = Date.now();
    const answer = await call(url, method, body, headers).catch(() => null);
    const name = nameOf(answer);
    journal.answers.set(name, (journal.answers.get(name) ?? 0) + 1);
    const judgement = judge(answer);
    if (answer !== null && !aside) see(journal, ledger, answer, { sentAt, read: method === 'GET' });
    if (judgement.verdict === 'answered') return answer;
    if (judgement.verdict === 'wrong') {
      const request = `${method} ${ledger}${path} ${describe(headers)}`;
      journal.violations.push(`${judgement.fault}: ${request}: ${judgement.why}`);
      return null;
    }
    journal.counts.retries += 1;
    await delay(PAUSE_MS);
  }
  journal.violations.push(
    `unanswered: ${method} ${ledger}${path} ${describe(headers)} for ${PATIENCE_MS} ms`,
  );
  return null;
}

function see(
  journal: Journal,
  ledger: string,
  answer: Answer,
  by: { sentAt: number; read: boolean },
): void {
  for (const said of saidBy(answer)) {
    const wrong = journal.told.see(ledger, said, by);
    if (wrong !== null) journal.violations.push(wrong);
  }
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
