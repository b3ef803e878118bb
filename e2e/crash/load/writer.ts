import { setTimeout as delay } from 'node:timers/promises';
import type { Stack } from '@razao/stack/stack-options.ts';
import type { Answer } from '../../support/http.ts';
import type { Random } from '../random.ts';
import { BULK, type Draft, type Generator } from './draft.ts';
import type { Gate } from './gate.ts';
import type { About, Journal } from './journal.ts';
import { judgeWrite } from './judge-answer.ts';
import { saidBy } from './told.ts';
import { type Request, untilAnswered } from './until-answered.ts';

export type ClientOptions = {
  stack: Stack;
  journal: Journal;
  name: string;
  ledger: string;
  /** A number of its own: which API it begins with. */
  number: number;
  random: Random;
  gate: Gate;
  /** Of its writes this share asks to wait for the outcome. */
  waitShare: number;
  pauseMsMax: number;
  stopped(): boolean;
  /** Stopped, and nothing is to be brought to an end. */
  abandoned(): boolean;
};

/** One client: sends what its generator makes up, one after the other, each until it is answered. */
export async function runWriter(options: ClientOptions, generator: Generator): Promise<void> {
  const { stack, journal, name, ledger, random, waitShare, gate, pauseMsMax } = options;
  let order = 0;
  while (!options.abandoned()) {
    const draft = options.stopped() ? (generator.rest?.() ?? null) : generator.next();
    if (draft === null) return;
    const wait = random.chance(waitShare);
    const judge: Request['judge'] = (answer) => judgeWrite(draft, wait, answer);
    const request = toRequest(options, draft, wait, judge);
    const about = { client: name, ledger, order };
    // Whatever follows could end otherwise than foretold.
    if (!(await gate.pass(() => sendOnce(stack, journal, request, draft, about)))) return;
    order += draft.commands.length;
    if (!options.stopped()) await delay(random.below(pauseMsMax));
  }
}

/** Sends a request until it is answered, and notes that it was. Returns the answer; null where it was wrong. */
export async function sendOnce(
  stack: Pick<Stack, 'apiUrls'>,
  journal: Journal,
  request: Request,
  draft: Draft,
  about: About,
): Promise<Answer | null> {
  const answer = await untilAnswered(stack, journal, request);
  if (answer === null) return null;
  const times = saidBy(answer).flatMap(({ id, acceptedAt }) =>
    acceptedAt === null ? [] : [[id, acceptedAt] as const],
  );
  journal.record(draft, { ...about, acceptedAt: new Map(times) });
  return answer;
}

/** A draft as it is sent, the first time and again. */
export function toRequest(
  { ledger, number }: Pick<ClientOptions, 'ledger' | 'number'>,
  { path, body, commands }: Draft,
  wait: boolean,
  judge: Request['judge'],
): Request {
  // Those in a bulk have theirs in the body.
  const key = path === BULK ? null : (commands[0]?.key ?? null);
  return {
    method: 'POST',
    ledger,
    path,
    body,
    headers: writeHeaders(key, wait),
    first: number,
    judge,
  };
}

/** The headers of a write; `wait` asks for its outcome. */
export function writeHeaders(key: string | null, wait: boolean): Record<string, string> {
  return {
    ...(key === null ? {} : { 'Idempotency-Key': key }),
    ...(wait ? { Prefer: 'wait=2' } : {}),
  };
}
