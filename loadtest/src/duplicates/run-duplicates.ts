import { type Driven, drive } from '../drive/drive.ts';
import type { Latency } from '../drive/summarise-latency.ts';
import { createBooks } from '../generate/create-books.ts';
import { createEncoder } from '../generate/create-encoder.ts';
import { createApi } from '../outside/create-api.ts';
import { waitUntilEmpty } from '../outside/wait-until-empty.ts';
import { withOutside } from '../outside/with-outside.ts';
import { type LedgerCheck, verifyLedger } from '../scenarios/verify-ledger.ts';
import type { Target } from '../target/target.ts';
import { createProblems, type Problems } from '../verify/create-problems.ts';
import type { Usage } from '../watch/create-meter.ts';
import { watchProcesses } from '../watch/watch-processes.ts';
import { createStorm } from './create-storm.ts';
import { judgeStormAnswer } from './judge-storm-answer.ts';
import type { Storm, StormRequest } from './storm.ts';

const KEYS = 100;

export type DuplicatesPlan = { connections: number; seconds: number; key: string };

export type DuplicatesResult = {
  scenario: 'duplicates';
  ledger: string;
  connections: number;
  seconds: number;
  keys: number;
  answers: number;
  answersPerSecond: number;
  /** Requests with another body for a used key. */
  conflicts: number;
  /** Of the answers 2xx. */
  latencyMs: Latency;
  /** That exist in the ledger afterwards. */
  transactions: number;
  statuses: Record<number, number>;
  errors: Record<string, number>;
  processes: Usage[];
  /** What differs from what had to be, a line each. */
  problems: string[];
};

/** Sends the same keys over and over from all connections, and compares the ledger with the one deposit each stands for. */
export async function runDuplicates(
  plan: DuplicatesPlan,
  target: Target,
  say: (line: string) => void,
): Promise<DuplicatesResult> {
  const ledger = `load-duplicates-${Date.now().toString(36)}`;
  const address = { apiUrl: target.apiUrl, ledger, key: plan.key };
  const api = createApi(address);
  const storm = createStorm(KEYS);
  const problems = createProblems();
  return await withOutside(target.databaseUrl, target.redisUrl, async (outside) => {
    await api.putLedger();
    say(`duplicates: ${plan.connections} connections send ${KEYS} keys for ${plan.seconds} s`);
    const stopWatching = watchProcesses(target.processes);
    const { driven, statuses, conflicts } = await rage(plan, address, storm, problems);
    await waitUntilEmpty(outside, ledger, storm.keys.filter((key) => key.accepted).length);
    const processes = stopWatching();

    say(`duplicates: verifying ledger ${ledger}`);
    const transactions = await verifyStorm(storm, { ledger, api, outside, problems });
    const answers = Object.values(statuses).reduce((sum, count) => sum + count, 0);
    const seconds = (driven.endedAt - driven.startedAt) / 1000;
    return {
      scenario: 'duplicates',
      ledger,
      connections: plan.connections,
      seconds,
      keys: KEYS,
      answers,
      answersPerSecond: answers / seconds,
      conflicts,
      latencyMs: driven.latency,
      transactions,
      statuses,
      errors: driven.errors,
      processes,
      problems: problems.lines(),
    };
  });
}

type StormCheck = Pick<LedgerCheck, 'ledger' | 'api' | 'outside' | 'problems'>;

/** Returns how many transactions the ledger has. */
async function verifyStorm({ addresses, keys }: Storm, check: StormCheck): Promise<number> {
  const books = createBooks(addresses.length);
  const accepted = keys.map(({ id, spellings, transfer }) => ({
    ...transfer,
    outcome: 'posted' as const,
    key: id ?? `never told for ${spellings[0]}`,
  }));
  for (const transfer of accepted) {
    books.enter(transfer);
  }
  const counts = await verifyLedger({ ...check, addresses, books, accepted, funding: [] });
  return counts.posted + counts.rejected;
}

type Rage = { driven: Driven<StormRequest>; statuses: Record<number, number>; conflicts: number };

/** The storm itself: every answer is judged as it comes. */
async function rage(
  plan: DuplicatesPlan,
  address: Parameters<typeof createEncoder>[0],
  storm: Storm,
  problems: Problems,
): Promise<Rage> {
  const encode = createEncoder(address);
  const statuses: Record<number, number> = {};
  let conflicts = 0;
  const driven = await drive<StormRequest>({
    ...plan,
    apiUrl: address.apiUrl,
    next: storm.next,
    encode: ({ key, body }) => encode(key, body),
    onAnswer(request, answer) {
      statuses[answer.status] = (statuses[answer.status] ?? 0) + 1;
      conflicts += request.conflicting ? 1 : 0;
      const problem = judgeStormAnswer(request, answer);
      if (problem !== null) {
        problems.add(problem, `${request.key} ${answer.status} ${answer.raw}`);
      }
    },
  });
  return { driven, statuses, conflicts };
}
