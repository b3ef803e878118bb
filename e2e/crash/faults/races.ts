import { setTimeout as delay } from 'node:timers/promises';
import type { Answer } from '../../support/http.ts';
import type { Draft } from '../load/draft.ts';
import { posting, WORLD } from '../load/draft.ts';
import { judgeWrite } from '../load/judge-answer.ts';
import { createNames } from '../load/keys.ts';
import { sendOnce, toRequest } from '../load/writer.ts';
import { between, ledgerOf, type Scene } from './fault.ts';

const HOLDS = 12;
const SECONDS = { least: 2, most: 5 };
const LEAD_MS_MAX = 1_600;

/** When a hold is over, and how long before that it is captured. */
type Race = { seconds: number; leadMs: number };

/**
 * Holds of some seconds, each captured shortly before its time is over, by a client of its own and through the API of the
 * round. Whichever was accepted in time must be posted.
 */
export async function race(scene: Scene): Promise<void> {
  const { random } = scene;
  const races = Array.from(
    { length: HOLDS },
    (): Race => ({
      seconds: between(random, SECONDS.least, SECONDS.most),
      leadMs: random.below(LEAD_MS_MAX),
    }),
  );
  await Promise.all(races.map((one, n) => runOne(scene, one, n)));
}

async function runOne(scene: Scene, { seconds, leadMs }: Race, n: number): Promise<void> {
  const ledger = ledgerOf(scene);
  const client = `${ledger}-race-${scene.round}-${n}`;
  const nextName = createNames(ledger, client, 0);
  const moves = [posting(WORLD, 'shared:shop', 1 + n)];
  const hold = nextName();
  const body = { postings: moves, hold: { expires_in: seconds } };
  const drafts: [Draft, Draft] = [
    { path: '', body, commands: [{ ...hold, expected: ['held'], moves: [] }] },
    {
      path: `/${hold.id}/capture`,
      body: {},
      commands: [
        {
          ...nextName(),
          expected: ['posted', 'hold_not_open'],
          moves,
          act: { hold: hold.id, becomes: 'posted' },
        },
      ],
    },
  ];
  for (const [order, draft] of drafts.entries()) {
    const request = toRequest({ ledger, number: scene.pick }, draft, false, (answer) =>
      judgeWrite(draft, false, answer),
    );
    const { stack, load } = scene;
    const about = { client, ledger, order };
    const answer = await sendOnce(stack, load.journal, request, draft, about);
    if (answer === null) return;
    if (order === 0)
      await delay(Math.max(0, leftMs(answer, seconds) - leadMs), undefined, {
        signal: scene.signal,
      });
  }
}

/** How long a hold has, by what its client was told, or by its own clock: whichever is less. */
function leftMs({ body }: Answer, seconds: number): number {
  const hold = body['hold'] as { expires_at?: string } | null | undefined;
  const told = Date.parse(hold?.expires_at ?? '') - Date.now();
  return Number.isNaN(told) ? seconds * 1_000 : Math.min(told, seconds * 1_000);
}
