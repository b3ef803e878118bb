import { afterAll, beforeAll } from 'vitest';
import { openWorld, type World } from './support/open-world.ts';
import type { How } from './support/outage.ts';
import {
  outagesOfAllWorkers,
  outagesOfOneApi,
  outagesOfOneWorker,
} from './support/outages-of-processes.ts';
import { outagesOfBoth, postgresOutages, redisOutages } from './support/outages-of-services.ts';

const DOWN_MS = 60_000;
const BOTH_WAYS: readonly How[] = ['killed', 'silent'];

let world: World;
beforeAll(async () => {
  world = await openWorld('long-outages', { apis: 2, workers: 2 });
});
afterAll(() => world?.close());

const options = { world: () => world, downMs: DOWN_MS, hows: BOTH_WAYS };
redisOutages(options);
postgresOutages(options);
outagesOfBoth(options);
outagesOfOneWorker(options);
outagesOfAllWorkers(options);
outagesOfOneApi(options);
