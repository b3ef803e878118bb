import { setTimeout as delay } from 'node:timers/promises';
import { type Draft, posting, WORLD } from './draft.ts';
import { judgeConflict, judgeRead, judgeReplay } from './judge-answer.ts';
import { type Request, untilAnswered } from './until-answered.ts';
import { type ClientOptions, toRequest, writeHeaders } from './writer.ts';

const WAYS = ['replays', 'conflicts', 'reads'] as const;
const SOMETHING_ELSE = { postings: [posting(WORLD, 'shared:else', 1)] };

/** A client that goes over what was answered: sends it again, sends something else under its key, or reads it. */
export async function runReplayer(options: ClientOptions): Promise<void> {
  const { stack, journal, ledger, random, pauseMsMax, stopped } = options;
  while (!stopped()) {
    const recent = journal.recent(ledger);
    const one = recent[random.below(recent.length)];
    const way = WAYS[random.below(WAYS.length)] ?? 'replays';
    if (one !== undefined) {
      const answered = await untilAnswered(stack, journal, request(options, way, one));
      if (answered) journal.counts[way] += 1;
    }
    await delay(random.below(pauseMsMax));
  }
}

function request(options: ClientOptions, way: (typeof WAYS)[number], draft: Draft): Request {
  const { ledger, number, random, waitShare } = options;
  const wait = random.chance(waitShare);
  const one = draft.commands[random.below(draft.commands.length)];
  if (one === undefined) throw new Error('a request has a command');
  switch (way) {
    case 'replays':
      return toRequest(options, draft, wait, (answer) => judgeReplay(draft, wait, answer));
    case 'conflicts':
      return {
        method: 'POST',
        ledger,
        first: number,
        body: SOMETHING_ELSE,
        headers: writeHeaders(one.key, wait),
        judge: judgeConflict,
      };
    case 'reads':
      return {
        method: 'GET',
        ledger,
        path: `/${one.id}`,
        first: number,
        judge: (answer) => judgeRead(one, answer),
      };
  }
}
