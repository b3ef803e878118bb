import { migrate } from '@razao/sql/migrate.ts';
import { openStackServices } from './open-stack-services.ts';
import { buildProcesses } from './processes/build-processes.ts';
import type { ManagedProcess } from './processes/process-spec.ts';
import type { Service } from './services/service.ts';
import { createDatabase, dropDatabase } from './services/with-postgres.ts';
import type { Stack, StackOptions } from './stack-options.ts';
import { createStopSteps, type StopSteps } from './stop-steps.ts';

/** Brings up services, migrates, runs APIs and workers, and resolves when every one of them answers. */
export async function runStack(options: StackOptions): Promise<Stack> {
  const { say = () => {}, signal } = options;
  const steps = createStopSteps();
  const abort = () => void steps.run();
  signal?.addEventListener('abort', abort);
  try {
    const services = await openStackServices(options, steps);
    const databaseUrl = await openDatabase(options, services.postgres, steps);
    signal?.throwIfAborted();
    const migrations = await migrate(databaseUrl, { say });
    say(`migrations: ${migrations.length === 0 ? 'none missing' : migrations.join(', ')}`);

    const urls = { databaseUrl, redisUrl: services.redis.url };
    const workers = await buildProcesses('worker', options, urls);
    const apis = await buildProcesses('api', options, urls);
    const processes = [...apis, ...workers];
    steps.push(() => stopAll('workers', workers, say));
    steps.push(() => stopAll('API', apis, say));
    signal?.throwIfAborted();
    if (processes.length > 0) say(`starting ${processes.map(({ name }) => name).join(', ')}`);
    await Promise.all(processes.map((process) => process.start()));
    return {
      ...urls,
      apiUrls: apis.map(({ url }) => url),
      workerUrls: workers.map(({ url }) => url),
      services,
      processes,
      apis,
      workers,
      stop: steps.run,
    };
  } catch (error) {
    await steps.run();
    throw error;
  } finally {
    signal?.removeEventListener('abort', abort);
  }
}

async function openDatabase({ database }: StackOptions, postgres: Service, steps: StopSteps) {
  if (database === undefined) {
    return postgres.url;
  }
  const url = await createDatabase(postgres.url, database);
  // A test may have stopped the server; then there is nothing left to tidy.
  steps.push(() => dropDatabase(postgres.url, database).catch(() => {}));
  return url;
}

async function stopAll(kind: string, processes: ManagedProcess[], say: (line: string) => void) {
  say(`stopping ${kind}`);
  await Promise.all(processes.map((process) => process.stop()));
}
