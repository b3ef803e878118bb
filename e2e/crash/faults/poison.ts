import { shardOf } from '@razao/shared/runtime/shard.ts';
import type { ManagedProcess } from '@razao/stack/processes/process-spec.ts';
import { until } from '@razao/stack/test/until.ts';
import { type HeldLedger, holdLedger } from '../../support/held-ledger.ts';
import { withSql } from '../../support/open-world.ts';
import { bulk, type Draft, posting, transaction, WORLD } from '../load/draft.ts';
import { judgeWrite } from '../load/judge-answer.ts';
import { createNames } from '../load/keys.ts';
import { sendOnce, toRequest } from '../load/writer.ts';
import type { Random } from '../random.ts';
import { untilDrained } from '../verify/chunks.ts';
import { type Fault, ledgerOf, oneOf, type Scene } from './fault.ts';
import { leaveOne } from './leave-one.ts';
import { createProbe } from './probe.ts';
import { untilStuck } from './stuck.ts';
import { watchWorkers } from './watch-workers.ts';

const STUCK_SHARE = 0.4;
const ALONE_SHARE = 0.5;
const SETTLED_MS_MAX = 240_000;
/** The server ends the session of a dead process whose commit is stuck only after its statement's time. */
const RESTART_MS = { stuck: 9_000, free: 0 };
/** Innocents before the poison in its chunk: so long the others have to be at work, too. Those behind it wait for it. */
const MATES_BEFORE = { stuck: 8, free: 0 };
const MATES_BEHIND = 8;
/** What waits in each other shard when the first worker comes. */
const BACKLOG = 20;
const STORED = `select from transactions t join ledgers l on l.id = t.ledger_id
  where l.name = $1 and t.id = $2`;

/**
 * A command with which every process dies, or spins for ever, that applies it; the dead are started again and the silent
 * killed, as by a supervisor. In the end it may be rejected as one that cannot be processed; nothing else may be, in its own
 * shard or in the others: neither what waits there when the workers come, nor what is stuck there whenever they die.
 */
export function createPoison(random: Random): Fault {
  const how = oneOf(random, ['always', 'spin']);
  const others = random.chance(STUCK_SHARE) ? 'stuck' : 'free';
  const alone = random.chance(ALONE_SHARE);
  let held: HeldLedger[] = [];
  let workers: readonly ManagedProcess[] = [];
  let deaths = 0;
  return {
    drawn: `${how === 'spin' ? 'spins' : 'dies'}, other shards ${others}, ${alone ? 'one worker' : 'all workers'}`,
    async prepare(scene) {
      const { stack, load, signal } = scene;
      workers = alone ? await leaveOne(scene) : stack.workers;
      const ledgers = ledgersOfOtherShards(scene);
      if (others === 'stuck') {
        held = await Promise.all(ledgers.map((ledger) => holdLedger(stack, ledger)));
        await untilStuck(scene, ledgers.length);
      } else {
        // What is sent now is the first that waits, in every shard.
        await load.pause();
        await untilDrained(stack, { signal });
        await Promise.all(workers.map((worker) => worker.stop()));
        for (const ledger of ledgers) await createProbe(scene, ledger, 'mate').depositMany(BACKLOG);
      }
    },
    async strike(scene) {
      const ledger = ledgerOf(scene);
      const { draft, id } = drawPoison(ledger, scene.round, MATES_BEFORE[others]);
      scene.stack.poison.arm('before-apply', `${how} ${id}`);
      const request = toRequest({ ledger, number: scene.pick }, draft, false, (answer) =>
        judgeWrite(draft, false, answer),
      );
      const about = { client: `${ledger}-poison-${scene.round}`, ledger, order: 0 };
      await sendOnce(scene.stack, scene.load.journal, request, draft, about);
      scene.load.resume();
      // They may die before they answer.
      await Promise.allSettled(workers.map((worker) => worker.start()));
      const watching = watchWorkers(scene, workers, RESTART_MS[others], () => (deaths += 1));
      await untilStored(scene, ledger, id).finally(watching.end);
    },
    async heal({ stack, load }) {
      load.resume();
      stack.poison.disarm('before-apply');
      await Promise.all(held.map((one) => one.release()));
      await Promise.all(stack.workers.map((worker) => worker.start()));
    },
    // A command of which nobody died was no poison.
    settle: async () => (deaths > 0 ? [] : ['poison: nobody died of it']),
  };
}

/** A bulk that is not atomic, with the id of the poison in it. */
function drawPoison(ledger: string, round: number, before: number): { draft: Draft; id: string } {
  const nextName = createNames(ledger, `${ledger}-poison-${round}`, 0);
  const draw = () => transaction(nextName(), [posting(WORLD, 'poison:shop', 1)], 'posted');
  const drafts = Array.from({ length: before + 1 + MATES_BEHIND }, draw);
  const [poison] = drafts[before]?.commands ?? [];
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
