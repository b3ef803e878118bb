import { setTimeout as delay } from 'node:timers/promises';
import type { Recent } from './journal.ts';
import { judgeConflict, judgeRead, judgeReplay } from './judge-answer.ts';
import { type Request, untilAnswered } from './until-answered.ts';
import { type ClientOptions, writeHeaders } from './writer.ts';

const WAYS = ['replays', 'conflicts', 'reads'] as const;

/** A client that goes over what was answered: sends it again, sends something else under its key, or reads it. */
export async function runReplayer(options: ClientOptions): Promise<void> {
  const { stack, journal, ledger, random, pauseMsMax, stopped } = options;
  while (!stopped()) {
    const recent = journal.recent(ledger);
    const one = recent[random.below(recent.length)];
    const way = WAYS[random.below(WAYS.length)] ?? 'replays';
    if (one !== undefined) {
      const id = await untilAnswered(stack, journal, request(options, way, one));
      if (id !== null) journal.counts[way] += 1;
    }
    await delay(random.below(pauseMsMax));
  }
}

function request(options: ClientOptions, way: (typeof WAYS)[number], one: Recent): Request {
  const { ledger, number, random, waitShare } = options;
  const { key, id, expected, postings } = one;
  const wait = random.chance(waitShare);
  const write = {
    method: 'POST',
    ledger,
    first: number,
    headers: writeHeaders(key, wait),
  } as const;
  switch (way) {
    case 'replays':
      return {
        ...write,
        body: { postings },
        judge: (answer) => judgeReplay(expected, wait, id, answer),
      };
    case 'conflicts':
      return {
        ...write,
        body: { postings, description: 'something else' },
        judge: (answer) => judgeConflict(id, answer),
      };
    case 'reads':
      return {
        method: 'GET',
        ledger,
        path: `/${id}`,
        first: number,
        judge: (answer) => judgeRead(expected, id, answer),
      };
  }
}
