import { defineConfig } from 'vitest/config';

const sources = '{api,worker,ledger,shared,sql,loadtest,stack}';
const integration = '**/*.integration.test.ts';
const long = '**/*.long.test.ts';
const e2e = 'e2e/**/*.e2e.test.ts';
const ignored = ['**/node_modules/**', '.razao/**'];

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['tidy.test.ts', `${sources}/**/*.test.ts`, 'e2e/**/*.test.ts'],
          exclude: [integration, e2e, long, ...ignored],
          // On two cores isolation is most of the time; nothing connects or keeps state on import, so it is safe.
          isolate: false,
        },
      },
      {
        test: {
          name: 'integration',
          include: [`${sources}/${integration}`],
          exclude: [long, ...ignored],
          testTimeout: 30_000,
          hookTimeout: 30_000,
          // Each file has a database and mostly a Redis of its own; more at once than there are cores only waits.
          maxWorkers: 2,
        },
      },
      {
        test: {
          name: 'e2e',
          include: [e2e],
          exclude: [long, ...ignored],
          testTimeout: 120_000,
          hookTimeout: 60_000,
          // Each runs a whole stack under load, but mostly waits: for a death to be proven, for time to pass.
          maxWorkers: 2,
        },
      },
      {
        test: {
          name: 'long',
          include: [`{api,worker,ledger,shared,sql,loadtest,stack,e2e}/${long}`],
          exclude: ignored,
          testTimeout: 30 * 60_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
