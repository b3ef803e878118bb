import type { ManagedProcess } from '@razao/stack/processes/process-spec.ts';
import { until } from '@razao/stack/test/until.ts';
import type { Random } from '../random.ts';
import { clockEnv } from '../stack/shifted-clock.ts';
import { between, type Fault, oneOf, type Scene, wait } from './fault.ts';
import { race } from './races.ts';

const APART_MS = { least: 1_500, most: 6_000 };
/** It tells its time by the second, and some pass until it has answered. */
const TOLD_MS_MAX = 1_400;
const FOR_MS = { least: 4_000, most: 7_000 };

/** The clock of some processes is some seconds behind that of Postgres, or ahead of it. */
export function createClocks(random: Random): Fault {
  const who = oneOf(random, ['api', 'apis', 'worker', 'workers']);
  const behind = random.chance(0.5);
  const ms = between(random, APART_MS.least, APART_MS.most) * (behind ? -1 : 1);
  const forMs = between(random, FOR_MS.least, FOR_MS.most);
  let shifted: ManagedProcess[] = [];
  let racing: Promise<void> | undefined;
  return {
    drawn: `${who} ${Math.abs(ms)} ms ${behind ? 'behind' : 'ahead'} for ${forMs} ms`,
    async strike(scene) {
      shifted = find(scene, who);
      // Some holds are there before the clocks are wrong. Where the run is interrupted nobody waits for them.
      const before = race(scene, { name: 'before', clocksApart: true });
      before.catch(() => {});
      await restart(scene, shifted, ms);
      racing = Promise.all([before, race(scene, { clocksApart: true })]).then(() => {});
      racing.catch(() => {});
      await wait(scene, forMs);
    },
    async heal(scene) {
      await restart(scene, shifted, 0);
      await racing;
    },
  };
}

function find({ stack, pick }: Scene, who: string): ManagedProcess[] {
  const all = who.startsWith('api') ? stack.apis : stack.workers;
  return who.endsWith('s') ? all : all.filter((_, n) => n === pick % all.length);
}

async function restart(
  { stack, signal }: Scene,
  processes: readonly ManagedProcess[],
  ms: number,
): Promise<void> {
  await Promise.all(
    processes.map(async (process) => {
      await process.stop();
      signal.throwIfAborted();
      stack.setEnv(process, clockEnv(ms));
      await process.start();
      await assertShifted(process, ms);
    }),
  );
}

/** Else the round would prove nothing. */
async function assertShifted({ name, url }: ManagedProcess, ms: number): Promise<void> {
  await until(`the clock of ${name} is ${ms} ms ahead`, async () => {
    const { headers } = await fetch(`${url}/livez`);
    const told = Date.parse(headers.get('date') ?? '') - Date.now();
    return Math.abs(told - ms) < TOLD_MS_MAX;
  });
}
