import { isAlive, sendSignal, waitForExit } from '../processes/alive.ts';
import { type Service, SetupError } from './service.ts';

const STOP_TIMEOUT_MS = 30_000;
const KILL_TIMEOUT_MS = 10_000;

export type LocalServer = {
  name: string;
  url: string;
  where: string;
  /** The signal that asks for a clean stop. */
  stopSignal: NodeJS.Signals;
  /** The pid of our server on this data if it runs, started by whomever. */
  runningPid(): number | null;
  /** Starts the server and resolves with its pid when it answers. */
  launch(): Promise<number>;
  /** Processes that die with the server but a moment later than it, read before it is killed. */
  companions?(pid: number): number[];
};

/** Turns the few things that differ between Postgres and Redis into a handle; starts or adopts the server. */
export async function openLocalService(server: LocalServer): Promise<Service> {
  let pid = server.runningPid();

  const start = async () => {
    if (pid === null || !isAlive(pid)) {
      pid = server.runningPid() ?? (await server.launch());
    }
  };

  const kill = async (signal: NodeJS.Signals = 'SIGKILL') => {
    if (pid === null) {
      return;
    }
    const companions = signal === 'SIGKILL' ? (server.companions?.(pid) ?? []) : [];
    for (const victim of [pid, ...companions]) {
      sendSignal(victim, signal);
    }
    if (signal === 'SIGSTOP' || signal === 'SIGCONT') {
      return;
    }
    for (const victim of [pid, ...companions]) {
      if (!(await waitForExit(victim, KILL_TIMEOUT_MS))) {
        throw new SetupError(`${server.name} (pid ${victim}) still runs after ${signal}`);
      }
    }
    pid = null;
  };

  const stop = async () => {
    if (pid === null || !isAlive(pid)) {
      pid = null;
      return;
    }
    sendSignal(pid, server.stopSignal);
    // A stopped process takes no signal but SIGKILL until it is continued.
    sendSignal(pid, 'SIGCONT');
    if (await waitForExit(pid, STOP_TIMEOUT_MS)) {
      pid = null;
    } else {
      await kill('SIGKILL');
    }
  };

  await start();
  return {
    name: server.name,
    url: server.url,
    where: server.where,
    get pid() {
      return pid !== null && isAlive(pid) ? pid : null;
    },
    kill,
    start,
    stop,
  };
}
