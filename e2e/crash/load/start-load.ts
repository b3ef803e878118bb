import type { Stack } from '@razao/stack/stack-options.ts';
import { createRandom } from '../random.ts';
import { createChain } from './chains.ts';
import { createDoomed } from './doomed.ts';
import { createJournal, type Journal } from './journal.ts';
import { runReplayer } from './replayer.ts';
import { createTransfers } from './transfers.ts';
import { type ClientOptions, runWriter } from './writer.ts';

export type Load = {
  journal: Journal;
  /** Ends each client after the command that it is at; resolves when all have ended. */
  finish(): Promise<void>;
  /** Lets the clients go without waiting for them. */
  abandon(): void;
};

type Kind = { name: string; waitShare: number; run(options: ClientOptions): Promise<void> };

const KINDS: readonly Kind[] = [
  { name: 'chain-a', waitShare: 0, run: chain },
  { name: 'chain-b', waitShare: 0, run: chain },
  { name: 'transfers-a', waitShare: 0.1, run: transfers },
  { name: 'transfers-b', waitShare: 0, run: transfers },
  {
    name: 'doomed',
    waitShare: 0.3,
    run: (options) => runWriter(options, createDoomed(options.random)),
  },
  { name: 'replayer', waitShare: 0.2, run: runReplayer },
];
const PAUSE_MS_MAX = 60;

/** Six clients of four kinds on each ledger, until `finish`. */
export function startLoad(stack: Stack, ledgers: readonly string[], seed: number): Load {
  const journal = createJournal();
  let stopping = false;
  const clients = ledgers.flatMap((ledger) => KINDS.map((kind) => ({ ledger, kind })));
  const running = Promise.all(
    clients.map(({ ledger, kind }, number) =>
      kind.run({
        stack,
        journal,
        name: `${ledger}-${kind.name}`,
        ledger,
        number,
        random: createRandom(seed + number + 1),
        waitShare: kind.waitShare,
        pauseMsMax: PAUSE_MS_MAX,
        stopped: () => stopping,
      }),
    ),
  );
  running.catch((error) => journal.violations.push(`a client ended: ${error}`));
  return {
    journal,
    async finish() {
      stopping = true;
      await running;
    },
    abandon() {
      stopping = true;
    },
  };
}

function chain(options: ClientOptions): Promise<void> {
  return runWriter(options, createChain(options.name, options.random));
}

function transfers(options: ClientOptions): Promise<void> {
  return runWriter(options, createTransfers(options.name, options.random));
}
