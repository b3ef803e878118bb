import { answersTcp } from '../ports.ts';
import { type Service, SetupError } from './service.ts';

/** A service that somebody else runs, named by a URL in the environment. It is never started, stopped or killed. */
export async function openExternalService(
  name: string,
  variable: string,
  url: string,
): Promise<Service> {
  const { hostname, port, protocol } = parse(variable, url);
  const defaultPort = protocol.startsWith('postgres') ? 5432 : 6379;
  if (!(await answersTcp(hostname, Number(port) || defaultPort))) {
    throw new SetupError(
      `nothing answers at ${hostname}:${port || defaultPort}, which ${variable} names: start it, or unset ${variable}`,
    );
  }
  const kill = () => Promise.reject(new Error(`${name} at ${hostname} is not ours to kill`));
  return {
    name,
    url,
    where: `${hostname} (${variable})`,
    pid: null,
    kill,
    start: async () => {},
    stop: async () => {},
  };
}

function parse(variable: string, url: string): URL {
  try {
    return new URL(url);
  } catch {
    throw new SetupError(`${variable} is not a URL`);
  }
}
