import { createRandom } from '../random.ts';
import { createClocks } from './clocks.ts';
import { createCut, createHalfOpen, createSlow } from './connections.ts';
import type { CreateFault, Fault } from './fault.ts';
import { createKill } from './kill.ts';
import { createPoison } from './poison.ts';
import { createRecords } from './records.ts';
import { createRedisCopy } from './redis-copy.ts';
import { createRedisLost } from './redis-lost.ts';
import { createReplica } from './replica.ts';
import { createRestarts } from './restarts.ts';
import { createRestore } from './restore.ts';
import { createRewind } from './rewind.ts';
import { createSessions } from './sessions.ts';
import { createShards } from './shards.ts';
import { TARGETS } from './victims.ts';

/** Each target alone, and each pair. */
const KILLS: [string, CreateFault][] = TARGETS.flatMap((target, place) => [
  [target, createKill([target])] as [string, CreateFault],
  ...TARGETS.slice(place + 1).map((second): [string, CreateFault] => [
    `${target}+${second}`,
    createKill([target, second]),
  ]),
]);

const OTHERS: [string, CreateFault][] = [
  ['sessions', createSessions],
  ['cut', createCut],
  ['slow', createSlow],
  ['half-open', createHalfOpen],
  ['restarts', createRestarts],
  ['poison', createPoison],
  ['clocks', createClocks],
  ['records', createRecords],
  ['replica', createReplica],
  ['shards', createShards],
  ['restore', createRestore],
  ['rewind', createRewind],
  ['redis-lost', createRedisLost],
  ['redis-copy', createRedisCopy],
];

const FAULTS = new Map([...KILLS, ...OTHERS]);

/** The name of every kind: `redis`, `api+worker` (each is killed), `sessions`. */
export const KINDS: readonly string[] = [...FAULTS.keys()];
export const KILL_KINDS: readonly string[] = KILLS.map(([kind]) => kind);

/** The fault of a kind that a seed draws. */
export function createFault(kind: string, seed: number): Fault {
  const create = FAULTS.get(kind);
  if (create === undefined) throw new Error(`no fault is named ${kind}`);
  return create(createRandom(seed));
}
