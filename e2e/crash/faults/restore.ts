import { settleStores } from '../operator/settle-stores.ts';
import type { Random } from '../random.ts';
import { type BaseBackup, restorePostgres, takeBaseBackup } from '../stack/postgres-copy.ts';
import { type Fault, type Scene, wait } from './fault.ts';

const BETWEEN_MS_MAX = 2_000;

/** Postgres is lost, and brought back from a base backup and all of its WAL: nothing of it is missing. Redis stays as it is. */
export function createRestore(random: Random): Fault {
  const ms = random.below(BETWEEN_MS_MAX);
  const killed = random.chance(0.5);
  let backup: BaseBackup | undefined;
  return {
    drawn: `${ms} ms after the backup, processes ${killed ? 'killed' : 'stopped'}`,
    async prepare(scene) {
      backup = await takeBaseBackup(scene.stack);
      await wait(scene, ms);
    },
    async strike(scene) {
      if (backup === undefined) throw new Error('there is no backup');
      await endAll(scene, killed);
      await restorePostgres(scene.stack, backup, null);
      await settleStores(scene, { postgres: 'to the end', redis: 'kept' });
    },
    async heal({ stack, signal }) {
      signal.throwIfAborted();
      await Promise.all(stack.processes.map((process) => process.start()));
    },
  };
}

async function endAll({ stack }: Scene, killed: boolean): Promise<void> {
  await Promise.all(stack.processes.map((process) => (killed ? process.kill() : process.stop())));
}
