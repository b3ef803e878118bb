import { randomUUIDv7 } from 'node:crypto';
import { WORLD } from '@razao/shared/contract/grammar.ts';
import { ASSET, FIRST_PLACE, WORLD_PLACE } from '../generate/transfer.ts';
import { transferBody } from '../generate/transfer-body.ts';
import type { Storm, StormKey } from './storm.ts';

const CONFLICT_SHARE = 0.05;

/**
 * Deposits under `count` keys, half of them UUIDs, each into an account of its own, so that every balance tells whether its
 * deposit was posted once. `random` is from 0 up to but not including 1.
 */
export function createStorm(count: number, random: () => number = Math.random): Storm {
  const addresses = [WORLD, 'load:empty', ...range(count).map((index) => `storm:${index}`)];
  const keys = range(count).map((index) => createKey(index, addresses));
  const pick = <T>(list: readonly T[]) => list[Math.floor(random() * list.length)] as T;
  return {
    addresses,
    keys,
    next() {
      const of = pick(keys);
      const conflicting = of.accepted && random() < CONFLICT_SHARE;
      const body = conflicting ? of.otherBody : pick(of.bodies);
      return { of, key: pick(of.spellings), body, conflicting };
    },
  };
}

function createKey(index: number, addresses: readonly string[]): StormKey {
  const transfer = { source: WORLD_PLACE, destination: FIRST_PLACE + index, amount: 100 + index };
  const uuid = index % 2 === 0 ? randomUUIDv7() : null;
  const key = uuid ?? `storm/${index}?of=${Date.now()}`;
  const { amount } = transfer;
  const [source, destination] = [addresses[transfer.source], addresses[transfer.destination]];
  const reordered = { amount: `${amount}`, asset: ASSET, destination, source };
  return {
    id: uuid,
    accepted: false,
    firsts: 0,
    spellings: [key, `"${key}"`, ...(uuid === null ? [] : [uuid.toUpperCase()])],
    bodies: [transferBody(addresses, transfer), JSON.stringify({ postings: [reordered] }, null, 1)],
    otherBody: transferBody(addresses, { ...transfer, amount: amount + 1 }),
    transfer,
  };
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}
