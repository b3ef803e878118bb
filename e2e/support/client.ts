import type { Stack } from '@razao/stack/stack-options.ts';
import { until } from '@razao/stack/test/until.ts';
import { expect } from 'vitest';
import { type Answer, call, transfer } from './http.ts';

export type TimedAnswer = Answer & { ms: number };

/** What a client of one API sees of one ledger, each answer with the time it took. */
export type LedgerClient = ReturnType<typeof ledgerClient>;

export function ledgerClient(api: string, ledger: string) {
  const path = `${api}/v1/ledgers/${ledger}`;
  const timed = async (
    url: string,
    method: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<TimedAnswer> => {
    const started = performance.now();
    const answer = await call(url, method, body, headers);
    return { ...answer, ms: performance.now() - started };
  };
  return {
    create: () => timed(path, 'PUT', {}),
    /** Moves 1 from the outside to `quiet`, an account that no traffic touches. */
    write: (key: string, headers: Record<string, string> = {}) =>
      timed(`${path}/transactions`, 'POST', transfer('world', 'quiet', 1), {
        'Idempotency-Key': key,
        ...headers,
      }),
    transaction: (id: string) => timed(`${path}/transactions/${id}`, 'GET'),
    account: (address: string) => timed(`${path}/accounts/${address}`, 'GET'),
    ledger: () => timed(path, 'GET'),
  };
}

/** Every process of ours turns, whatever is down. */
export async function allLive(stack: Stack): Promise<void> {
  const answers = await Promise.all(
    stack.processes.map(({ url }) =>
      fetch(`${url}/livez`, { signal: AbortSignal.timeout(1_000) }).then(({ status }) => status),
    ),
  );
  expect(answers).toEqual(stack.processes.map(() => 200));
}

/** Waits until `/readyz` of every one of these processes says whether it sees a dependency. */
export async function allSay(
  urls: readonly string[],
  dependency: string,
  ok: boolean,
  msMax: number,
): Promise<void> {
  for (const url of urls) {
    await until(
      `${url}/readyz says that ${dependency} is ${ok ? 'there' : 'down'}`,
      async () => {
        const answer = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(1_000) });
        const body = (await answer.json()) as { dependencies: Record<string, { ok: boolean }> };
        return body.dependencies[dependency]?.ok === ok;
      },
      msMax,
    );
  }
}
