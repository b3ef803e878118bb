import { type Driven, drive } from '../drive/drive.ts';
import { createBooks } from '../generate/create-books.ts';
import { createTally, type LoadRequest } from '../generate/create-tally.ts';
import { createTraffic, type TrafficPlan } from '../generate/create-traffic.ts';
import { createApi } from '../outside/create-api.ts';
import { storagePerTransaction } from '../outside/read-storage.ts';
import { waitUntilEmpty } from '../outside/wait-until-empty.ts';
import { type Outside, withOutside } from '../outside/with-outside.ts';
import type { Target } from '../target/target.ts';
import { createProblems, type Problems } from '../verify/create-problems.ts';
import { watchProcesses } from '../watch/watch-processes.ts';
import { fund } from './fund.ts';
import type { LoadResult } from './load-result.ts';
import { settle } from './settle.ts';
import { verifyLedger } from './verify-ledger.ts';

export type LoadPlan = TrafficPlan & {
  connections: number;
  seconds: number;
  /** Bearer key. */
  key: string;
  /** Of its ledger. */
  name: string;
  /** Resolves when the load may begin, once the accounts are funded. */
  start: () => Promise<void>;
};

/** All but what is measured around it. */
export type LoadRun = Omit<LoadResult, 'bare'>;

type Say = (line: string) => void;
type Run = ReturnType<typeof prepare>;

/**
 * Funds the accounts of a fresh ledger, makes transfers between them for a while, waits until the queue is empty, and
 * compares the ledger with the generator's own books.
 */
export async function runLoad(plan: LoadPlan, target: Target, say: Say): Promise<LoadRun> {
  return await withOutside(target.databaseUrl, target.redisUrl, async (outside) => {
    const run = prepare(plan, target, outside);
    const { scenario, connections, accounts, bulk, tally, books, problems } = run;
    say(`${scenario}: funding ${accounts} accounts of ledger ${run.ledger}`);
    await run.api.putLedger();
    const funding = await fund(run.api, run.traffic.addresses, books);
    await waitUntilEmpty(outside, run.ledger, funding.length);
    await run.start();

    say(`${scenario}: ${connections} connections for ${plan.seconds} s`);
    const measured = await measure(run, target, funding.length);

    say(`${scenario}: verifying ${tally.accepted.length} transactions`);
    let moved = 0n;
    for (const transfer of tally.accepted) {
      if (transfer.outcome !== 'posted') continue;
      books.enter(transfer);
      moved += BigInt(transfer.amount);
    }
    const { addresses } = run.traffic;
    const counts = await verifyLedger({ ...run, addresses, accepted: tally.accepted, funding });
    const posted = counts.posted - funding.length;
    const { startedAt, endedAt, emptyAt, inTime, ...about } = measured;
    return {
      scenario,
      bulk,
      ledger: run.ledger,
      connections,
      accounts,
      seconds: seconds(startedAt, endedAt),
      accepted: tally.accepted.length,
      acceptedPerSecond: inTime / seconds(startedAt, endedAt),
      posted,
      postedPerSecond: posted / seconds(startedAt, emptyAt),
      moved: String(moved),
      rejected: counts.rejected,
      drainSeconds: seconds(endedAt, emptyAt),
      refused: tally.refused,
      statuses: tally.statuses,
      ...about,
      problems: problems.lines(),
    };
  });
}

/** Everything that one run works with. */
function prepare(plan: LoadPlan, target: Target, outside: Outside) {
  const ledger = plan.name;
  const address = { apiUrl: target.apiUrl, ledger, key: plan.key };
  const traffic = createTraffic(plan, address);
  const problems = createProblems();
  return {
    ...plan,
    ledger,
    outside,
    problems,
    traffic,
    api: createApi(address),
    books: createBooks(traffic.addresses.length),
    tally: createTally(problems),
  };
}

type Measured = Pick<Driven<LoadRequest>, 'startedAt' | 'endedAt' | 'errors'> &
  Pick<LoadResult, 'latencyMs' | 'settled' | 'processes' | 'storage'> & {
    emptyAt: number;
    /** Accepted before the time was over. */
    inTime: number;
  };

/** The load itself, until its queue is empty; `before` transactions are in the ledger already. */
async function measure(run: Run, target: Target, before: number): Promise<Measured> {
  const { tally, traffic, outside, problems } = run;
  const stored = await outside.storage();
  const deadlocks = await outside.countDeadlocks();
  const stopWatching = watchProcesses(target.processes);
  const { startedAt, endedAt, latency, errors, unanswered } = await drive<LoadRequest>({
    apiUrl: target.apiUrl,
    connections: run.connections,
    seconds: run.seconds,
    next: traffic.next,
    encode: traffic.encode,
    onAnswer: tally.take,
  });
  const inTime = tally.accepted.length;
  const settled = await settle(run.api, traffic, tally, unanswered, problems);
  await waitUntilEmpty(outside, run.ledger, before + tally.accepted.length);
  const emptyAt = performance.now();
  const processes = stopWatching();
  const storage = storagePerTransaction(stored, await outside.storage(), tally.accepted.length);
  const newDeadlocks = (await outside.countDeadlocks()) - deadlocks;
  if (newDeadlocks > 0) problems.add('deadlocks in Postgres', String(newDeadlocks));
  if (run.bulk?.opposite) requireCalm(tally.statuses, errors, problems);
  const times = { startedAt, endedAt, emptyAt, inTime };
  return { ...times, latencyMs: latency, errors, settled, processes, storage };
}

/** Where nothing but the order of locks is tried, nothing else may happen. */
function requireCalm(
  statuses: LoadResult['statuses'],
  errors: LoadResult['errors'],
  problems: Problems,
): void {
  const others = Object.keys(statuses).filter((status) => status !== '202');
  for (const kind of [...others, ...Object.keys(errors)]) problems.add('errors', kind);
}

/** Between two instants in milliseconds. */
function seconds(from: number, to: number): number {
  return (to - from) / 1000;
}
