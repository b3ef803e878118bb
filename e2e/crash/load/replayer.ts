import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Random } from '../random.ts';
import { type Draft, type Planned, posting, WORLD } from './draft.ts';
import { judgeConflict, judgeRead, judgeReplay, judgeStranger } from './judge-answer.ts';
import { type Request, untilAnswered } from './until-answered.ts';
import { type ClientOptions, toRequest, writeHeaders } from './writer.ts';

const WAYS = ['replays', 'conflicts', 'reads'] as const;
const SOMETHING_ELSE = { postings: [posting(WORLD, 'shared:else', 1)] };
const STRANGERS_SHARE = 0.1;

/**
 * A client that goes over what was answered, long ago or just now: sends it again, sends something else under its key, or
 * reads it; after each but a reading it reads too. Now and then it asks for what nobody has sent.
 */
export async function runReplayer(options: ClientOptions): Promise<void> {
  const { stack, journal, ledger, random, gate, pauseMsMax, stopped } = options;
  while (!stopped()) {
    await gate.pass(async () => {
      const draft = pick(random, random.chance(0.5) ? journal.recent(ledger) : journal.old(ledger));
      const way = pick(random, WAYS);
      if (random.chance(STRANGERS_SHARE)) await untilAnswered(stack, journal, stranger(options));
      else if (draft !== undefined && way !== undefined) await goOver(options, way, draft);
    });
    await delay(random.below(pauseMsMax));
  }
}

/** Reads, replays and reuses the youngest that were answered, all at once. */
export async function goOverRecent(
  options: Omit<ClientOptions, 'pauseMsMax' | 'stopped' | 'abandoned' | 'gate'>,
  count: number,
): Promise<void> {
  const drafts = options.journal.recent(options.ledger).slice(-count);
  await Promise.all(
    drafts.map(async (draft) => {
      for (const way of ['reads', 'conflicts', 'replays'] as const)
        await goOver(options, way, draft);
    }),
  );
}

/** Asks for what nobody has sent, until it is told that nobody has: then Redis is known to have every record. */
export async function askForStranger(
  {
    stack,
    journal,
    ledger,
    number,
  }: Pick<ClientOptions, 'stack' | 'journal' | 'ledger' | 'number'>,
  msMax: number,
): Promise<void> {
  const deadline = performance.now() + msMax;
  let status = 0;
  while (status !== 404 && performance.now() < deadline)
    status = (await untilAnswered(stack, journal, stranger({ ledger, number })))?.status ?? 0;
}

async function goOver(
  options: Pick<
    ClientOptions,
    'stack' | 'journal' | 'ledger' | 'number' | 'random' | 'waitShare' | 'name'
  >,
  way: (typeof WAYS)[number],
  draft: Draft,
): Promise<void> {
  const { stack, journal, ledger, number, random, waitShare } = options;
  const wait = random.chance(waitShare);
  const one = pick(random, draft.commands);
  if (one === undefined) throw new Error('a request has a command');
  const ask: Record<typeof way, () => Request> = {
    replays: () =>
      toRequest(options, draft, wait, (said) => judgeReplay(draft, wait, said, forgotten())),
    conflicts: () => conflict(options, one, wait),
    reads: () => read(one),
  };
  const answer = await untilAnswered(stack, journal, ask[way]());
  if (answer) journal.counts[way] += 1;
  if (answer && way !== 'reads') await untilAnswered(stack, journal, read(one));

  function forgotten() {
    const ids = draft.commands.map((command) => command.id);
    const record = ids.some((id) => journal.told.mayBeForgotten(ledger, id));
    const accepted = journal.secondAcceptances.some((second) => ids.includes(second.id));
    return { record, reused: record && accepted };
  }

  function read(planned: Planned): Request {
    return {
      method: 'GET',
      ledger,
      path: `/${planned.id}`,
      first: number,
      judge: (said) => judgeRead(planned, said),
    };
  }
}

/** Something else under a key. Where it is accepted it can be told only at the end whether that may be. */
function conflict(
  { journal, ledger, number }: Pick<ClientOptions, 'journal' | 'ledger' | 'number'>,
  { key, id }: Planned,
  wait: boolean,
): Request {
  return {
    method: 'POST',
    ledger,
    first: number,
    body: SOMETHING_ELSE,
    headers: writeHeaders(key, wait),
    aside: true,
    judge(answer) {
      if (answer?.status !== 202) return judgeConflict(answer);
      journal.secondAcceptances.push({ ledger, key, id, at: Date.now() });
      return { verdict: 'answered', replayed: false };
    },
  };
}

function stranger({ ledger, number }: Pick<ClientOptions, 'ledger' | 'number'>): Request {
  return {
    method: 'GET',
    ledger,
    path: `/${randomUUID()}`,
    first: number,
    judge: judgeStranger,
  };
}

function pick<T>(random: Random, list: readonly T[]): T | undefined {
  return list[random.below(list.length)];
}
