import { afterAll, beforeAll } from 'vitest';
import { openWorld, type World } from './support/open-world.ts';
import type { How } from './support/outage.ts';
import {
  outagesOfAllWorkers,
  outagesOfOneApi,
  outagesOfOneWorker,
} from './support/outages-of-processes.ts';
import { outagesOfBoth, postgresOutages, redisOutages } from './support/outages-of-services.ts';

const DOWN_MS = 4_000;

let world: World;
beforeAll(async () => {
  world = await openWorld('outages', { apis: 2, workers: 2 });
});
afterAll(() => world?.close());

const options = { world: () => world, downMs: DOWN_MS };
redisOutages({ ...options, hows: ['killed', 'silent'] });
postgresOutages({ ...options, hows: ['killed', 'silent'] });
// Both ways and for a minute each: outages.long.test.ts.
const killed: readonly How[] = ['killed'];
outagesOfBoth({ ...options, hows: killed });
outagesOfAllWorkers({ ...options, downMs: DOWN_MS / 2, hows: killed });
outagesOfOneApi({ ...options, downMs: DOWN_MS / 2, hows: killed });
outagesOfOneWorker({ ...options, downMs: 0, hows: killed });
