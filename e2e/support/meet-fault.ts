import { setTimeout as delay } from 'node:timers/promises';
import { until } from '@razao/stack/test/until.ts';
import { Client } from 'pg';
import { expect } from 'vitest';
import type { Fault, FaultTools } from './faults.ts';
import { note } from './figures.ts';
import { call } from './http.ts';
import type { World } from './open-world.ts';
import { untilPostedAgain } from './scene.ts';
import { startTraffic } from './traffic.ts';
import { promisesKept } from './verify.ts';
import { followWorkerLogs, type LogLine, sumMetric } from './worker-logs.ts';

const POSTED_AGAIN_MS_MAX = 10_000;
/** One line for each shard whose committer meets the fault, and one for the process. */
const FAULT_LINES_MAX = 5;
/** In all, with who takes and who gives up a lock. */
const LINES_MAX = 80;

export type MeetOptions = { world: World; name: string; faultMs: number };

/**
 * Traffic before, during and after a fault that a committer runs into: nothing is posted while it lasts, the log is not
 * flooded, and afterwards all that was promised is posted in order.
 */
export async function meetFault(fault: Fault, { world, name, faultMs }: MeetOptions) {
  const { stack } = world;
  const ledger = `fault-${fault.name.replaceAll(' ', '-')}`;
  await call(`${stack.apiUrls[0]}/v1/ledgers/${ledger}`, 'PUT', {});
  const traffic = startTraffic(stack, ledger, 8);
  await until('traffic flows', () => traffic.accepted() > 100);
  const logged = followWorkerLogs(
    name,
    stack.workers.map((worker) => worker.name),
  );
  const ofTheFault = () => logged().filter(({ err }) => codesOf(err).includes(fault.sqlstate));
  const before = await retries(world, fault);
  await withTools(world, ledger, async (tools) => {
    try {
      await fault.inject(tools);
      await until('a committer meets the fault', () => ofTheFault().length > 0);
      if (fault.helped) await untilPostedAgain(stack, ledger, POSTED_AGAIN_MS_MAX);
      else await nothingPosted(fault, tools, faultMs);
    } finally {
      await fault.lift(tools);
    }
  });
  note(`${fault.name}, posted again`, await untilPostedAgain(stack, ledger, POSTED_AGAIN_MS_MAX));
  const flowing = traffic.accepted();
  await until('traffic flows on', () => traffic.accepted() > flowing + 100);
  const promised = await traffic.finish();
  expect(traffic.strange()).toEqual([]);
  await promisesKept(stack, ledger, promised);
  await withTools(world, ledger, async (tools) => fault.clean?.(tools));
  if (!fault.connecting) expect(await retries(world, fault)).toBeGreaterThan(before);
  note(`${fault.name}, log lines of it`, ofTheFault().length, 'lines');
  note(`${fault.name}, log lines`, logged().length, 'lines');
  // One that is met while connecting is met by all committers of every process, the standbys too, its roll call and its sweeper.
  const linesMax = fault.connecting
    ? (FAULT_LINES_MAX + 1) * stack.workers.length
    : FAULT_LINES_MAX;
  expect(ofTheFault().length).toBeLessThanOrEqual(linesMax);
  expect(logged().length).toBeLessThan(LINES_MAX);
}

async function nothingPosted(fault: Fault, tools: FaultTools, faultMs: number): Promise<void> {
  if (fault.msMax === undefined) {
    expect(await isQuiet(tools, faultMs), 'nothing is posted').toBe(true);
    return;
  }
  // One that may end by itself is brought about again.
  const ms = Math.min(faultMs, fault.msMax);
  await until('nothing is posted for a while', async () => {
    const quiet = await isQuiet(tools, ms);
    if (!quiet) await fault.inject(tools);
    return quiet;
  });
}

/** Whether nothing is posted for half of a time, after what was under way. */
async function isQuiet({ client, ledger }: FaultTools, ms: number): Promise<boolean> {
  const sequence = async () => {
    const { rows } = await client.query('select sequence from ledgers_view where name = $1', [
      ledger,
    ]);
    return rows[0]?.sequence;
  };
  await delay(ms / 2);
  const before = await sequence();
  await delay(ms / 2);
  return (await sequence()) === before;
}

function retries({ stack }: World, { sqlstate }: Fault): Promise<number> {
  return sumMetric(stack.workers, 'razao_commit_retries_total', `sqlstate="${sqlstate}"`);
}

function codesOf(err: LogLine['err']): string[] {
  return err === undefined ? [] : [err.code ?? '', ...codesOf(err.cause)];
}

async function withTools(
  { stack }: World,
  ledger: string,
  use: (tools: FaultTools) => Promise<void>,
): Promise<void> {
  const open = async () => {
    const client = new Client({ connectionString: stack.databaseUrl });
    client.on('error', () => {});
    await client.connect();
    return client;
  };
  const [client, other] = await Promise.all([open(), open()]);
  try {
    await use({ client, other, open, ledger });
  } finally {
    await Promise.all([client.end(), other.end()]);
  }
}
