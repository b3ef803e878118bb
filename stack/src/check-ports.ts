import { canListen } from './ports.ts';
import { PORT_STEP } from './processes/build-processes.ts';
import { SetupError } from './services/service.ts';
import type { StartConfig } from './start-config.ts';

/** Fails when a program that is not ours holds a port that an API or worker process needs. */
export async function checkPorts(config: StartConfig): Promise<void> {
  const { apis, workers, apiPort, workerPort, host } = config;
  const wanted = [
    ...portsOf('API', 'PORT', apiPort, apis),
    ...portsOf('worker', 'WORKER_PORT', workerPort, workers),
  ];
  const seen = new Set<number>();
  for (const { kind, variable, port } of wanted) {
    if (seen.has(port)) {
      throw new SetupError(
        `port ${port} is wanted by two processes: set PORT and WORKER_PORT further apart`,
      );
    }
    seen.add(port);
    if (!(await canListen(port, host))) {
      throw new SetupError(
        `port ${port}, wanted for the ${kind}, is taken by another program: stop it, or ${variable}=${port + 100} npm start`,
      );
    }
  }
}

function portsOf(kind: string, variable: string, first: number, count: number) {
  return Array.from({ length: count }, (_, index) => ({
    kind,
    variable,
    port: first + PORT_STEP * index,
  }));
}
