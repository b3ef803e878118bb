import { setTimeout as delay } from 'node:timers/promises';
import type { Stack } from '@razao/stack/stack-options.ts';
import { until } from '@razao/stack/test/until.ts';
import { expect } from 'vitest';
import { withSql } from '../open-world.ts';

type Process = Stack['processes'][number];

type Readiness = {
  ready: boolean;
  dependencies: Record<string, { ok: boolean; fault?: string }>;
};

/** Waits until every one of these processes says that it is not ready, and why. */
export async function allHalt(processes: readonly Process[], why: RegExp): Promise<void> {
  for (const { name, url } of processes) {
    await until(`${name} says ${why}`, async () => {
      const { status, body } = await readiness(url);
      return status === 503 && why.test(body.dependencies['installation']?.fault ?? '');
    });
  }
}

/** Waits until every process is ready and has no fault. */
export async function allReady(stack: Stack): Promise<void> {
  for (const { name, url } of stack.processes) {
    await until(`${name} is ready`, async () => {
      const { status, body } = await readiness(url);
      const ready = status === 200 && Object.values(body.dependencies).every(({ ok }) => ok);
      // So that whoever waits in vain is told why.
      if (!ready) throw new Error(JSON.stringify(body));
      return true;
    });
  }
}

/** Nothing is posted, though all is there that it takes. */
export async function nothingIsPosted(stack: Stack): Promise<void> {
  const before = await countOutcomes(stack);
  await delay(1_000);
  expect(await countOutcomes(stack)).toBe(before);
}

/** How many transactions there are in all ledgers. */
export async function countOutcomes(stack: Stack): Promise<number> {
  return await withSql(stack, async (client) => {
    const { rows } = await client.query<{ count: number }>(
      'select count(*)::int as count from transactions',
    );
    return rows[0]?.count ?? 0;
  });
}

async function readiness(url: string): Promise<{ status: number; body: Readiness }> {
  const answer = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(2_000) });
  return { status: answer.status, body: (await answer.json()) as Readiness };
}
