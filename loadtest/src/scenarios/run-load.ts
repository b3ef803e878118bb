import { randomUUIDv7 } from 'node:crypto';
import { type Driven, drive } from '../drive/drive.ts';
import { createBooks } from '../generate/create-books.ts';
import { createEncoder } from '../generate/create-encoder.ts';
import { createTally, type Keyed } from '../generate/create-tally.ts';
import { createWorkload } from '../generate/create-workload.ts';
import { transferBody } from '../generate/transfer-body.ts';
import { createApi } from '../outside/create-api.ts';
import { storagePerTransaction } from '../outside/read-storage.ts';
import { waitUntilEmpty } from '../outside/wait-until-empty.ts';
import { type Outside, withOutside } from '../outside/with-outside.ts';
import type { Target } from '../target/target.ts';
import { createProblems } from '../verify/create-problems.ts';
import { watchProcesses } from '../watch/watch-processes.ts';
import { fund } from './fund.ts';
import type { LoadResult } from './load-result.ts';
import { settle } from './settle.ts';
import { verifyLedger } from './verify-ledger.ts';

export type LoadPlan = {
  scenario: 'spread' | 'hot';
  connections: number;
  seconds: number;
  accounts: number;
  /** Bearer key. */
  key: string;
};

type Say = (line: string) => void;
type Run = ReturnType<typeof prepare>;

/**
 * Funds the accounts of a fresh ledger, makes transfers between them for a while, waits until the queue is empty, and
 * compares the ledger with the generator's own books.
 */
export async function runLoad(plan: LoadPlan, target: Target, say: Say): Promise<LoadResult> {
  return await withOutside(target.databaseUrl, target.redisUrl, async (outside) => {
    const run = prepare(plan, target, outside);
    const { scenario, connections, accounts, tally, books, problems } = run;
    say(`${scenario}: funding ${accounts} accounts of ledger ${run.ledger}`);
    await run.api.putLedger();
    const funding = await fund(run.api, run.addresses, books);
    await waitUntilEmpty(outside, run.ledger, funding.length);

    say(`${scenario}: ${connections} connections for ${plan.seconds} s`);
    const measured = await measure(run, target, funding.length);

    say(`${scenario}: verifying ${tally.accepted.length} transactions`);
    for (const transfer of tally.accepted) {
      books.enter(transfer);
    }
    const counts = await verifyLedger({ ...run, accepted: tally.accepted, funding });
    const posted = counts.posted - funding.length;
    const { startedAt, endedAt, emptyAt, inTime, ...about } = measured;
    return {
      scenario,
      ledger: run.ledger,
      connections,
      accounts,
      seconds: seconds(startedAt, endedAt),
      accepted: tally.accepted.length,
      acceptedPerSecond: inTime / seconds(startedAt, endedAt),
      posted,
      postedPerSecond: posted / seconds(startedAt, emptyAt),
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
  const ledger = `load-${plan.scenario}-${Date.now().toString(36)}`;
  const address = { apiUrl: target.apiUrl, ledger, key: plan.key };
  const { addresses, draw } = createWorkload({ kind: plan.scenario, accounts: plan.accounts });
  const problems = createProblems();
  return {
    ...plan,
    ledger,
    outside,
    problems,
    addresses,
    draw,
    api: createApi(address),
    encode: createEncoder(address),
    books: createBooks(addresses.length),
    tally: createTally(problems),
  };
}

type Measured = Pick<Driven<Keyed>, 'startedAt' | 'endedAt' | 'errors'> &
  Pick<LoadResult, 'latencyMs' | 'settled' | 'processes' | 'storage'> & {
    emptyAt: number;
    /** Accepted before the time was over. */
    inTime: number;
  };

/** The load itself, until its queue is empty; `before` transactions are in the ledger already. */
async function measure(run: Run, target: Target, before: number): Promise<Measured> {
  const { addresses, tally } = run;
  const stored = await run.outside.storage();
  const stopWatching = watchProcesses(target.processes);
  const { startedAt, endedAt, latency, errors, unanswered } = await drive<Keyed>({
    apiUrl: target.apiUrl,
    connections: run.connections,
    seconds: run.seconds,
    next: () => ({ ...run.draw(), key: randomUUIDv7() }),
    encode: (request) => run.encode(request.key, transferBody(addresses, request)),
    onAnswer: tally.take,
  });
  const inTime = tally.accepted.length;
  const settled = await settle(run.api, addresses, tally, unanswered, run.problems);
  await waitUntilEmpty(run.outside, run.ledger, before + tally.accepted.length);
  const emptyAt = performance.now();
  const processes = stopWatching();
  const storage = storagePerTransaction(stored, await run.outside.storage(), tally.accepted.length);
  const times = { startedAt, endedAt, emptyAt, inTime };
  return { ...times, latencyMs: latency, errors, settled, processes, storage };
}

/** Between two instants in milliseconds. */
function seconds(from: number, to: number): number {
  return (to - from) / 1000;
}
