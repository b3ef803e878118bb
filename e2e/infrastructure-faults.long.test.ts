import { afterAll, beforeAll, test } from 'vitest';
import { FAULTS, slow } from './support/faults.ts';
import { fullDisk } from './support/full-disk.ts';
import { meetFault } from './support/meet-fault.ts';
import { openWorld, type World } from './support/open-world.ts';

const NAME = 'long-faults';

let world: World;
beforeAll(async () => {
  world = await openWorld(NAME, { workers: 2 });
});
afterAll(() => world?.close());

// The full disk first, while the entries are few enough to fit.
test.each([fullDisk, slow, ...FAULTS])(
  'invariant 9: $name ($sqlstate) for 20 s rejects nobody, and after it all is posted in order',
  (fault) => meetFault(fault, { world, name: NAME, faultMs: 20_000 }),
);
