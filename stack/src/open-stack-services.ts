import { freePort } from './ports.ts';
import { type ProvideOptions, providePostgres, provideRedis } from './services/provide.ts';
import type { Service } from './services/service.ts';
import type { StackOptions } from './stack-options.ts';
import type { StopSteps } from './stop-steps.ts';

/** Opens what `options.services` lacks, both at once; a service that this opened is stopped by `steps`. */
export async function openStackServices(options: StackOptions, steps: StopSteps) {
  const { services = {}, say = () => {} } = options;
  const open = async (
    name: 'postgres' | 'redis',
    provide: (options: ProvideOptions) => Promise<Service>,
  ) => {
    const given = services[name];
    if (given !== undefined) {
      return given;
    }
    const service = await provide(await provideOptions(name, options));
    say(`${name} answers, data in ${service.where}`);
    steps.push(() => {
      say(`stopping ${name}`);
      return service.stop();
    });
    return service;
  };
  // Both are waited for, even if one fails: the other must be known to be stopped.
  const [postgres, redis] = await Promise.allSettled([
    open('postgres', providePostgres),
    open('redis', provideRedis),
  ]);
  return { postgres: opened(postgres), redis: opened(redis) };
}

async function provideOptions(name: 'postgres' | 'redis', options: StackOptions) {
  const { directory, ports, fromEnvironment = false, say } = options;
  const variable = name === 'postgres' ? 'DATABASE_URL' : 'REDIS_URL';
  const provide: ProvideOptions = {
    directory,
    port: ports === 'free' ? await freePort() : ports[name],
    docker: fromEnvironment,
  };
  if (fromEnvironment) {
    provide.given = { variable, url: process.env[variable] };
  }
  if (say !== undefined) {
    provide.say = say;
  }
  return provide;
}

function opened<T>(result: PromiseSettledResult<T>): T {
  if (result.status === 'rejected') {
    throw result.reason;
  }
  return result.value;
}
