import type { Stack } from '@razao/stack/stack-options.ts';
import { createRandom, type Random } from '../random.ts';
import { createChain } from './chains.ts';
import { createDoomed } from './doomed.ts';
import type { Generator } from './draft.ts';
import { createExpiring } from './expiring.ts';
import { createGate } from './gate.ts';
import { createJournal, type Journal } from './journal.ts';
import { createNames, type NextName } from './keys.ts';
import { createMoney } from './money.ts';
import { runReplayer } from './replayer.ts';
import { createTransfers } from './transfers.ts';
import { type ClientOptions, runWriter } from './writer.ts';

export type Load = {
  journal: Journal;
  /** Resolves when every client has its answer and none sends anything any more, until `resume`. */
  pause(): Promise<void>;
  resume(): void;
  /** Ends each client after the command that it is at, and what it still has to end; resolves when all have ended. */
  finish(): Promise<void>;
  /** Lets the clients go without waiting for them. */
  abandon(): void;
};

type Create = (client: string, random: Random, nextName: NextName) => Generator;
type Kind = { name: string; waitShare: number; run(options: ClientOptions): Promise<void> };

const KINDS: readonly Kind[] = [
  { name: 'chain', waitShare: 0, run: writer(createChain) },
  { name: 'transfers', waitShare: 0.1, run: writer(createTransfers) },
  { name: 'money-a', waitShare: 0.1, run: writer(createMoney) },
  { name: 'money-b', waitShare: 0, run: writer(createMoney) },
  { name: 'expiring', waitShare: 0.1, run: writer(createExpiring) },
  {
    name: 'doomed',
    waitShare: 0.3,
    run: writer((_, random, nextName) => createDoomed(random, nextName)),
  },
  { name: 'replayer', waitShare: 0.2, run: runReplayer },
];
const PAUSE_MS_MAX = 60;

/** Seven clients on each ledger, until `finish`. */
export function startLoad(stack: Stack, ledgers: readonly string[], seed: number): Load {
  const journal = createJournal();
  const gate = createGate();
  let stopping = false;
  let abandoned = false;
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
        gate,
        pauseMsMax: PAUSE_MS_MAX,
        stopped: () => stopping,
        abandoned: () => abandoned,
      }),
    ),
  );
  running.catch((error) => journal.violations.push(`a client ended: ${error}`));
  return {
    journal,
    pause: gate.shut,
    resume: gate.open,
    async finish() {
      stopping = true;
      await running;
    },
    abandon() {
      stopping = true;
      abandoned = true;
      gate.open();
    },
  };
}

function writer(create: Create): Kind['run'] {
  return (options) => {
    const { ledger, name, number, random } = options;
    return runWriter(options, create(name, random, createNames(ledger, name, number)));
  };
}
