import { changeShards } from '../operator/change-shards.ts';
import type { Random } from '../random.ts';
import type { Fault } from './fault.ts';
import { goOver } from './go-over.ts';

const COUNTS = [2, 3, 4, 5, 6, 8];
const LOOKS = 10;

/** The number of shards is changed, as the operator is told to; clients go on asking meanwhile. */
export function createShards(random: Random): Fault {
  const draw = random.below(COUNTS.length - 1);
  let looking: Promise<void> | undefined;
  return {
    drawn: `to another number, draw ${draw}`,
    async strike(scene) {
      const others = COUNTS.filter((count) => count !== scene.stack.shards);
      await changeShards(scene, others[draw] ?? 4);
      looking = goOver(scene, scene.ledgers, LOOKS);
    },
    async heal({ stack }) {
      await Promise.all(stack.processes.map((process) => process.start()));
      await looking;
    },
  };
}
