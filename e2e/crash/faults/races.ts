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
/** Where clocks are apart some come after their time, by the clock of their client. By that of an API they may be in time. */
const LATE_MS_MAX = 3_000;

/**
 * When a hold is over, how long before that it is captured, and by which clock: that of its client, or, where that comes
 * first, by the time that it was told.
 */
type Race = { seconds: number; leadMs: number; byTold: boolean };

/**
 * Holds of some seconds, each captured about when its time is over, by a client of its own and through the API of the round.
 * Whichever was accepted in time, by what its client was told, must be posted. `name` distinguishes the races of a round.
 */
export async function race(
  scene: Scene,
  { name = 'race', clocksApart = false }: { name?: string; clocksApart?: boolean } = {},
): Promise<void> {
  const { random } = scene;
  const races = Array.from(
    { length: HOLDS },
    (): Race => ({
      seconds: between(random, SECONDS.least, SECONDS.most),
      leadMs: between(random, clocksApart ? -LATE_MS_MAX : 0, LEAD_MS_MAX),
      byTold: !clocksApart || random.chance(0.5),
    }),
  );
  await Promise.all(races.map((one, n) => runOne(scene, one, `${name}-${n}`)));
}

async function runOne(scene: Scene, one: Race, name: string): Promise<void> {
  const ledger = ledgerOf(scene);
  const client = `${ledger}-${name}-${scene.round}`;
  const nextName = createNames(ledger, client, 0);
  const moves = [posting(WORLD, 'shared:shop', 1)];
  const hold = nextName();
  const body = { postings: moves, hold: { expires_in: one.seconds } };
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
    if (order === 0) await delay(waitMs(answer, one), undefined, { signal: scene.signal });
  }
}

/** How long to wait before a hold is captured. */
function waitMs({ body }: Answer, { seconds, leadMs, byTold }: Race): number {
  const hold = body['hold'] as { expires_at?: string } | null | undefined;
  const told = Date.parse(hold?.expires_at ?? '') - Date.now();
  const left = byTold && told < seconds * 1_000 ? told : seconds * 1_000;
  return Math.max(0, left - leadMs);
}
