import { setTimeout as sleep } from 'node:timers/promises';

/** Why a process is not all there: the faults that its `/readyz` names, or that it does not answer. */
export type Unready = { name: string; faults: string[] };

type Process = { name: string; url: string };

export type AwaitReadyOptions = {
  signal: AbortSignal;
  /** Hears of it, and again when it is something else: at once what only a person can mend, the rest once it has lasted. */
  onUnready: (unready: readonly Unready[]) => void;
  /** For how long a fault may last that is likely to pass. */
  patienceMs?: number;
  intervalMs?: number;
};

const ANSWER_MS_MAX = 2_000;
/** What a fault names that does not pass by itself. */
const REMEDY = /npm run /;

/** Resolves once every process says that it is ready and that nothing it depends on is at fault, or when the signal is given. */
export async function awaitReady(
  processes: readonly Process[],
  { signal, onUnready, patienceMs = 5_000, intervalMs = 250 }: AwaitReadyOptions,
): Promise<void> {
  const patientUntil = performance.now() + patienceMs;
  let told = '';
  while (!signal.aborted) {
    const unready = await readUnready(processes);
    if (unready.length === 0) return;
    const lasts = performance.now() > patientUntil;
    const text = JSON.stringify(unready);
    if (text !== told && (lasts || REMEDY.test(text))) {
      told = text;
      onUnready(unready);
    }
    await sleep(intervalMs, undefined, { signal }).catch(() => {});
  }
}

async function readUnready(processes: readonly Process[]): Promise<Unready[]> {
  const all = await Promise.all(
    processes.map(async ({ name, url }) => ({ name, faults: await readFaults(url) })),
  );
  return all.filter(({ faults }) => faults.length > 0);
}

type Readiness = {
  ready: boolean;
  dependencies: Record<string, { ok: boolean; fault?: string }>;
};

async function readFaults(url: string): Promise<string[]> {
  try {
    const signal = AbortSignal.timeout(ANSWER_MS_MAX);
    const response = await fetch(`${url}/readyz`, { signal, headers: { connection: 'close' } });
    const { ready, dependencies } = (await response.json()) as Readiness;
    const faults = Object.entries(dependencies).flatMap(([name, { ok, fault }]) =>
      ok ? [] : [`${name}: ${fault}`],
    );
    return ready || faults.length > 0 ? faults : ['is starting'];
  } catch {
    return ['does not answer'];
  }
}
