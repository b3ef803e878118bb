import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { transactionId } from '@razao/shared/runtime/transaction-id.ts';
import type { Stack } from '@razao/stack/stack-options.ts';
import type { Random } from '../random.ts';
import type { Generator } from './draft.ts';
import type { Journal } from './journal.ts';
import { judgeWrite } from './judge-answer.ts';
import { untilAnswered } from './until-answered.ts';

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
};

/** One client: sends what its generator makes up, one after the other, each until it is answered. */
export async function runWriter(options: ClientOptions, generator: Generator): Promise<void> {
  const { stack, journal, name, ledger, number, random, waitShare, pauseMsMax, stopped } = options;
  for (let order = 0; !stopped(); order++) {
    const { postings, expected } = generator.next();
    // Half of the clients name their keys, the others let them be the ids.
    const key = number % 2 === 0 ? `${name}-${order}` : randomUUID();
    const wait = random.chance(waitShare);
    const id = await untilAnswered(stack, journal, {
      method: 'POST',
      ledger,
      body: { postings },
      headers: writeHeaders(key, wait),
      first: number,
      judge: (answer) => judgeWrite(expected, wait, answer),
    });
    // Whatever follows could end otherwise than foretold.
    if (id === null) return;
    if (id !== transactionId(ledger, key))
      journal.violations.push(`key ${key} of ${ledger} was answered with the id ${id}`);
    journal.record({ client: name, order, ledger, key, id, expected, postings });
    await delay(random.below(pauseMsMax));
  }
}

/** The headers of a write; `wait` asks for its outcome. */
export function writeHeaders(key: string, wait: boolean): Record<string, string> {
  return { 'Idempotency-Key': key, ...(wait ? { Prefer: 'wait=2' } : {}) };
}
