import { setTimeout as delay } from 'node:timers/promises';
import type { Stack } from '@razao/stack/stack-options.ts';
import type { Random } from '../random.ts';
import { BULK, type Draft, type Generator } from './draft.ts';
import type { Journal } from './journal.ts';
import { judgeWrite } from './judge-answer.ts';
import { type Request, untilAnswered } from './until-answered.ts';

export type ClientOptions = {
  stack: Stack;
  journal: Journal;
  name: string;
  ledger: string;
  /** A number of its own: which API it begins with. */
  number: number;
  random: Random;
  /** Of its writes this share asks to wait for the outcome. */
  waitShare: number;
  pauseMsMax: number;
  stopped(): boolean;
  /** Stopped, and nothing is to be brought to an end. */
  abandoned(): boolean;
};

/** One client: sends what its generator makes up, one after the other, each until it is answered. */
export async function runWriter(options: ClientOptions, generator: Generator): Promise<void> {
  const { stack, journal, name, ledger, random, waitShare, pauseMsMax } = options;
  let order = 0;
  while (!options.abandoned()) {
    const draft = options.stopped() ? (generator.rest?.() ?? null) : generator.next();
    if (draft === null) return;
    const wait = random.chance(waitShare);
    const judge: Request['judge'] = (answer) => judgeWrite(draft, wait, answer);
    // Whatever follows could end otherwise than foretold.
    if (!(await untilAnswered(stack, journal, toRequest(options, draft, wait, judge)))) return;
    journal.record(draft, { client: name, ledger, order });
    order += draft.commands.length;
    if (!options.stopped()) await delay(random.below(pauseMsMax));
  }
}

/** A draft as it is sent, the first time and again. */
export function toRequest(
  { ledger, number }: ClientOptions,
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
