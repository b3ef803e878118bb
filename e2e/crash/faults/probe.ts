import { type Answer, call } from '../../support/http.ts';
import { bulk, type Draft, posting, transaction, WORLD } from '../load/draft.ts';
import { judgeWrite } from '../load/judge-answer.ts';
import { createNames } from '../load/keys.ts';
import { saidBy } from '../load/told.ts';
import { sendOnce, toRequest, writeHeaders } from '../load/writer.ts';
import type { Scene } from './fault.ts';

/** A client of a fault, who deposits into an account of its own; what it is told is noted as that of the others. */
export type Probe = {
  /** Sends a deposit until it is answered; returns its id, null where it was answered wrongly. */
  deposit(options?: ProbeOptions): Promise<string | null>;
  /** Sends one once, and returns its id if it was accepted. */
  tryDeposit(options?: ProbeOptions): Promise<string | null>;
  /** Sends so many in one bulk. */
  depositMany(count: number): Promise<void>;
};

/** `api`: which one is asked first. `wait`: for the outcome. `mayBeLost`: what is about to happen may undo it. */
export type ProbeOptions = { api?: number; wait?: boolean; mayBeLost?: boolean };

const AMOUNT = 3;

/** `name` distinguishes the probes of a round. */
export function createProbe({ stack, load, round }: Scene, ledger: string, name: string): Probe {
  const { journal } = load;
  const client = `${ledger}-${name}-${round}`;
  const nextName = createNames(ledger, client, 0);
  const account = `probes:${client}`;
  let order = 0;
  const draw = () => transaction(nextName(), [posting(WORLD, account, AMOUNT)], 'posted');

  async function send(draft: Draft, { api = 0, wait = false, mayBeLost = false }: ProbeOptions) {
    const about = { client, ledger, order, mayBeLost };
    order += draft.commands.length;
    const request = toRequest({ ledger, number: api }, draft, wait, (answer) =>
      judgeWrite(draft, wait, answer),
    );
    return await sendOnce(stack, journal, request, draft, about);
  }

  return {
    async deposit(options = {}) {
      const draft = draw();
      return (await send(draft, options)) ? (draft.commands[0]?.id ?? null) : null;
    },
    async tryDeposit({ api = 0, mayBeLost = false } = {}) {
      const draft = draw();
      const [command] = draft.commands;
      const url = `${stack.apiUrls[api]}/v1/ledgers/${ledger}/transactions`;
      const headers = writeHeaders(command?.key ?? null, false);
      const answer: Answer | null = await call(url, 'POST', draft.body, headers).catch(() => null);
      if (answer?.status !== 202) return null;
      const times = saidBy(answer).map(({ id, acceptedAt }) => [id, acceptedAt ?? ''] as const);
      journal.record(draft, {
        client,
        ledger,
        order: order++,
        mayBeLost,
        acceptedAt: new Map(times),
      });
      return command?.id ?? null;
    },
    async depositMany(count) {
      const drafts = Array.from({ length: count }, draw);
      await send(bulk(drafts, false), {});
    },
  };
}
