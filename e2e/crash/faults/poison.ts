import { setTimeout as delay } from 'node:timers/promises';
import { shardOf } from '@razao/shared/runtime/shard.ts';
import type { ManagedProcess } from '@razao/stack/processes/process-spec.ts';
import { type HeldLedger, holdLedger } from '../../support/held-ledger.ts';
import { withSql } from '../../support/open-world.ts';
import { until } from '../../support/poll.ts';
import { bulk, posting, transaction, WORLD } from '../load/draft.ts';
import { judgeWrite } from '../load/judge-answer.ts';
import { createNames } from '../load/keys.ts';
import { sendOnce, toRequest } from '../load/writer.ts';
import type { Random } from '../random.ts';
import { type Fault, ledgerOf, oneOf, type Scene } from './fault.ts';
import { leaveOne } from './leave-one.ts';
import { untilStuck } from './stuck.ts';

const STUCK_SHARE = 0.6;
const ALONE_SHARE = 0.5;
/** Innocents before it and behind it, in one chunk with it. */
const MATES = 8;
const SETTLED_MS_MAX = 180_000;
const SILENT_MS_MAX = 2_000;
const POLL_MS = 100;
const STORED = `select from transactions t join ledgers l on l.id = t.ledger_id
  where l.name = $1 and t.id = $2`;

/**
 * A command with which every process dies, or spins for ever, that applies it; the dead are started again and the silent
 * killed, as by a supervisor. In the end it may be rejected as one that cannot be processed; nothing else may be, in its own
 * shard or in the others, although commits are stuck there whenever the process dies.
 */
export function createPoison(random: Random): Fault {
  const how = oneOf(random, ['always', 'spin']);
  const stuck = random.chance(STUCK_SHARE);
  const alone = random.chance(ALONE_SHARE);
  let held: HeldLedger[] = [];
  let workers: readonly ManagedProcess[] = [];
  let deaths = 0;
  return {
    drawn: `${how === 'spin' ? 'spins' : 'dies'}${stuck ? ', all other shards stuck' : ''}${alone ? ', one worker' : ''}`,
    async prepare(scene) {
      workers = alone ? await leaveOne(scene) : scene.stack.workers;
      if (!stuck) return;
      const others = ledgersOfOtherShards(scene);
      held = await Promise.all(others.map((ledger) => holdLedger(scene.stack, ledger)));
      await untilStuck(scene, others.length);
    },
    async strike(scene) {
      const ledger = ledgerOf(scene);
      const { draft, id } = drawPoison(ledger, scene.round);
      scene.stack.poison.arm('before-apply', `${how} ${id}`);
      const judge: Parameters<typeof toRequest>[3] = (answer) => judgeWrite(draft, false, answer);
      const request = toRequest({ ledger, number: scene.pick }, draft, false, judge);
      const about = { client: `${ledger}-poison-${scene.round}`, ledger, order: 0 };
      await sendOnce(scene.stack, scene.load.journal, request, draft, about);
      const watching = watch(scene, workers, () => (deaths += 1));
      await untilStored(scene, ledger, id).finally(watching.end);
    },
    async heal({ stack }) {
      stack.poison.disarm('before-apply');
      await Promise.all(held.map((one) => one.release()));
      await Promise.all(stack.workers.map((worker) => worker.start()));
    },
    // A command of which nobody died was no poison.
    settle: async () => (deaths > 0 ? [] : ['poison: nobody died of it']),
  };
}

function drawPoison(ledger: string, round: number) {
  const nextName = createNames(ledger, `${ledger}-poison-${round}`, 0);
  const draw = () => transaction(nextName(), [posting(WORLD, 'poison:shop', 1)], 'posted');
  const drafts = Array.from({ length: 2 * MATES + 1 }, draw);
  const [poison] = drafts[MATES]?.commands ?? [];
  if (poison === undefined) throw new Error('a transaction has a command');
  poison.expected = ['processing_failed', 'posted'];
  return { draft: bulk(drafts, false), id: poison.id };
}

/** One in each shard but the poison's. */
function ledgersOfOtherShards(scene: Scene): string[] {
  const { ledgers, stack } = scene;
  const byShard = new Map(ledgers.map((ledger) => [shardOf(ledger, stack.shards), ledger]));
  byShard.delete(shardOf(ledgerOf(scene), stack.shards));
  return [...byShard.values()];
}

async function untilStored({ stack, signal }: Scene, ledger: string, id: string): Promise<void> {
  await withSql(stack, (client) =>
    until(
      'the poison is judged',
      async () => (await client.query(STORED, [ledger, id])).rows.length === 1,
      SETTLED_MS_MAX,
      signal,
    ),
  );
}

/** Starts workers again that have died, and kills those that say nothing for a while. */
function watch(
  { signal }: Scene,
  workers: readonly ManagedProcess[],
  onDeath: () => void,
): { end(): Promise<void> } {
  let ended = false;
  const watching = Promise.all(
    workers.map(async (worker) => {
      while (!ended && !signal.aborted) {
        if (worker.pid === null) {
          onDeath();
          // One that dies before it answers is started again in the next turn.
          await worker.start().catch(() => {});
        } else if (await isSilent(worker)) {
          await worker.kill();
        }
        await delay(POLL_MS);
      }
    }),
  );
  return {
    async end() {
      ended = true;
      await watching;
    },
  };
}

async function isSilent({ url }: ManagedProcess): Promise<boolean> {
  const asked = fetch(`${url}/livez`, { signal: AbortSignal.timeout(SILENT_MS_MAX) });
  return await asked.then(
    (answer) => answer.text().then(() => false),
    (error: Error) => error.name === 'TimeoutError',
  );
}
