import type { ManagedProcess } from '@razao/stack/processes/process-spec.ts';
import type { TcpProxy } from '@razao/stack/test/tcp-proxy.ts';
import { lockHolder } from '../../support/lock-holder.ts';
import type { Random } from '../random.ts';
import { between, type Fault, ledgerOf, oneOf, type Scene, wait } from './fault.ts';
import { race } from './races.ts';

const CUT_MS = { least: 100, most: 4_000 };
const SLOW_MS = { least: 100, most: 1_500 };
const SLOW_FOR_MS = { least: 2_000, most: 7_000 };
const SILENT_MS = { least: 500, most: 8_000 };

/** A process of ours, and the store on the other end of its connections. */
type Way = { who: 'api' | 'worker'; store: 'redis' | 'postgres' };

/** Connections between a process and a store are closed; for a while none is let through, or new ones are at once. */
export function createCut(random: Random): Fault {
  const way = drawWay(random);
  const ms = random.chance(0.3) ? 0 : between(random, CUT_MS.least, CUT_MS.most);
  return disturb(way, ms, ms === 0 ? 'dropped' : `cut for ${ms} ms`, async (proxy) => {
    if (ms === 0) proxy.drop();
    else await proxy.cut();
  });
}

/** What passes between a process and a store takes its time, in one direction or in both. */
export function createSlow(random: Random): Fault {
  const way = drawWay(random);
  const ms = between(random, SLOW_MS.least, SLOW_MS.most);
  const direction = oneOf(random, ['to', 'from', 'both']);
  const forMs = between(random, SLOW_FOR_MS.least, SLOW_FOR_MS.most);
  const delays = {
    ...(direction === 'from' ? {} : { to: ms }),
    ...(direction === 'to' ? {} : { from: ms }),
  };
  return disturb(way, forMs, `${ms} ms late ${direction} for ${forMs} ms`, async (proxy) =>
    proxy.delay(delays),
  );
}

/**
 * Connections between a process and a store stay open and nothing passes: for a while, after which all arrives late, or for
 * good on those that there are, as where something on the way has forgotten them.
 */
export function createHalfOpen(random: Random): Fault {
  const way = drawWay(random);
  const ms = between(random, SILENT_MS.least, SILENT_MS.most);
  const forGood = random.chance(0.4);
  const how = forGood ? 'forgotten' : `silent for ${ms} ms`;
  return disturb(way, ms, how, async (proxy) => {
    if (forGood) proxy.abandon();
    else proxy.silence();
  });
}

function drawWay(random: Random): Way {
  return {
    who: oneOf(random, ['api', 'worker']),
    store: oneOf(random, ['redis', 'postgres']),
  };
}

function disturb(
  { who, store }: Way,
  forMs: number,
  how: string,
  harm: (proxy: TcpProxy) => Promise<void>,
): Fault {
  let proxy: TcpProxy | undefined;
  let racing: Promise<void> | undefined;
  return {
    drawn: `${who}, ${store} ${how}`,
    async prepare(scene) {
      const process = await findProcess(scene, who);
      proxy = scene.stack.waysOf(process)[store];
    },
    async strike(scene) {
      if (proxy === undefined) throw new Error(`no way to ${store} was found`);
      await harm(proxy);
      racing = race(scene);
      // Where the run is interrupted nobody waits for it.
      racing.catch(() => {});
      await wait(scene, forMs);
    },
    async heal() {
      proxy?.delay({ to: 0, from: 0 });
      proxy?.resume();
      await proxy?.mend();
      await racing;
    },
  };
}

/** An API, or the worker that holds the lock of the round's shard. */
async function findProcess(scene: Scene, who: Way['who']): Promise<ManagedProcess> {
  const { stack, pick } = scene;
  if (who === 'worker') return await lockHolder(stack, ledgerOf(scene), stack.shards);
  const api = stack.apis[pick % stack.apis.length];
  if (api === undefined) throw new Error('the stack has no API');
  return api;
}
