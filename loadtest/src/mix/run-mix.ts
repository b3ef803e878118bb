import { createApi } from '../outside/create-api.ts';
import { waitUntilEmpty } from '../outside/wait-until-empty.ts';
import { type Outside, withOutside } from '../outside/with-outside.ts';
import type { Target } from '../target/target.ts';
import { createProblems } from '../verify/create-problems.ts';
import { readBalances } from '../verify/read-balances.ts';
import { watchProcesses } from '../watch/watch-processes.ts';
import { limitsOf } from './accounts.ts';
import { closeHolds } from './close-holds.ts';
import type { MixRequest } from './command.ts';
import { driveMix } from './drive-mix.ts';
import { foundLedger } from './found-ledger.ts';
import type { MixResult } from './mix-result.ts';
import { createModel } from './model/create-model.ts';
import { type AcceptedCommands, enterAccepted } from './verify/accepted.ts';
import { checkMixByHttp } from './verify/check-mix-by-http.ts';
import { compareEnd } from './verify/compare-end.ts';
import { countOutcomes, expirySecondsMax } from './verify/count-outcomes.ts';
import { readHistory } from './verify/read-history.ts';
import { replay } from './verify/replay.ts';

export type MixPlan = { connections: number; seconds: number; key: string };

type Run = ReturnType<typeof prepare>;

/**
 * Sends commands of all kinds from clients that know what they were given, waits until every hold has ended, and compares
 * the ledger with a model that has the ledger's order and the clients' commands, and nothing else from the product.
 */
export async function runMix(
  plan: MixPlan,
  target: Target,
  say: (line: string) => void,
): Promise<MixResult> {
  return await withOutside(target.databaseUrl, target.redisUrl, async (outside) => {
    const run = prepare(plan, target, outside);
    const { api, ledger, accepted, problems, onAccepted } = run;
    say(`mix: founding ledger ${ledger}`);
    await foundLedger(api, plan.connections, onAccepted);
    const before = accepted.size;

    say(`mix: ${plan.connections} connections for ${plan.seconds} s`);
    const deadlocks = await outside.countDeadlocks();
    const stopWatching = watchProcesses(target.processes);
    const driven = await driveMix({ ...run.address, ...plan }, api, onAccepted, problems);
    const inTime = accepted.size - before;
    const closingSeconds = await close(run);
    const processes = stopWatching();
    const newDeadlocks = (await outside.countDeadlocks()) - deadlocks;
    if (newDeadlocks > 0) problems.add('deadlocks in Postgres', String(newDeadlocks));

    say(`mix: verifying ${accepted.size} transactions`);
    const verified = await verify(run);
    return {
      scenario: 'mix',
      ledger,
      connections: plan.connections,
      ...driven,
      accepted: inTime,
      acceptedPerSecond: inTime / driven.seconds,
      ...verified,
      closingSeconds,
      processes,
      problems: problems.lines(),
    };
  });
}

/** Everything that one run works with. */
function prepare({ connections, key }: MixPlan, { apiUrl }: Target, outside: Outside) {
  const ledger = `load-mix-${Date.now().toString(36)}`;
  const address = { apiUrl, ledger, key };
  const accepted: AcceptedCommands = new Map();
  return {
    ledger,
    address,
    outside,
    accepted,
    api: createApi(address),
    problems: createProblems(),
    limits: limitsOf(connections),
    onAccepted: (request: MixRequest) => enterAccepted(accepted, request),
  };
}

/** Waits until everything has ended; returns how long that took. */
async function close(run: Run): Promise<number> {
  const { ledger, outside, accepted, problems, onAccepted } = run;
  const startedAt = performance.now();
  await waitUntilEmpty(outside, ledger, accepted.size);
  await closeHolds({ ...run, pg: outside.pg }, onAccepted, problems);
  await waitUntilEmpty(outside, ledger, accepted.size);
  return (performance.now() - startedAt) / 1000;
}

async function verify({ ledger, outside, accepted, api, limits, problems }: Run) {
  const history = await readHistory(outside.pg, ledger);
  const model = createModel(limits);
  replay(history, accepted, model, problems);
  compareEnd(history, await readBalances(outside.pg, ledger), model, problems);
  await checkMixByHttp({ api, model, history, problems });
  return {
    outcomes: countOutcomes(history, model),
    expirySecondsMax: expirySecondsMax(history, model),
  };
}
