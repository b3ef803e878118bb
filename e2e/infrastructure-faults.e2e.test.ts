import { afterAll, beforeAll, test } from 'vitest';
import { FAULTS } from './support/faults.ts';
import { meetFault } from './support/meet-fault.ts';
import { openWorld, type World } from './support/open-world.ts';

const NAME = 'faults';

let world: World;
beforeAll(async () => {
  world = await openWorld(NAME);
});
afterAll(() => world?.close());

test.each(FAULTS)(
  'invariant 9: $name ($sqlstate) rejects nobody, and after it all is posted in order',
  (fault) => meetFault(fault, { world, name: NAME, faultMs: 800 }),
);
