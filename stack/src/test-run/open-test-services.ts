import { openStackServices } from '../open-stack-services.ts';
import { TEST_DIRECTORY } from '../paths.ts';
import { createStopSteps } from '../stop-steps.ts';
import { clearTestDirectory } from './leftovers.ts';
import { lockTestRun } from './test-lock.ts';

/** Fresh Postgres and Redis for a test run, and the environment that tells tests where they are. */
export async function openTestServices(say: (line: string) => void) {
  const steps = createStopSteps();
  const unlock = lockTestRun();
  try {
    await clearTestDirectory();
    const services = await openStackServices(
      { directory: TEST_DIRECTORY, ports: 'free', say },
      steps,
    );
    const env = {
      RAZAO_TEST_DATABASE_URL: services.postgres.url,
      RAZAO_TEST_REDIS_URL: services.redis.url,
    };
    const stop = async () => {
      await steps.run();
      unlock();
    };
    return { env, stop };
  } catch (error) {
    await steps.run();
    unlock();
    throw error;
  }
}
