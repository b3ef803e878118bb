import { setTimeout as delay } from 'node:timers/promises';
import type { Stack } from '@razao/stack/stack-options.ts';
import { call, transfer } from './http.ts';

/** What a client was promised: the ids of its 202s in their order, which alternate between deposit and withdrawal. */
export type Promised = { client: number; ids: string[] };

export type Traffic = {
  /** 202s so far. */
  accepted(): number;
  /** Answers other than 202 and 503, which nobody may get. */
  strange(): string[];
  /** Requests that got no whole answer: a connection was refused or cut. */
  unanswered(): number;
  /** Stops the clients, each after a withdrawal, and tells what they were promised. */
  finish(): Promise<Promised[]>;
};

/** More than three minutes of refusals. */
const TRIES_MAX = 4_000;

/**
 * Clients that each send, over and over and without waiting for anything to be posted, a deposit and then a withdrawal that
 * only this deposit allows. A request that fails, or is answered 503, is sent again with its key, to the next API.
 */
export function startTraffic(stack: Stack, ledger: string, clients: number): Traffic {
  let stopping = false;
  let accepted = 0;
  let unanswered = 0;
  const strange: string[] = [];

  async function send(client: number, key: string, body: unknown): Promise<string> {
    for (let attempt = 0; attempt < TRIES_MAX; attempt++) {
      const api = stack.apiUrls[(client + attempt) % stack.apiUrls.length];
      const answer = await call(`${api}/v1/ledgers/${ledger}/transactions`, 'POST', body, {
        'Idempotency-Key': key,
      }).catch(() => null);
      if (answer === null) unanswered += 1;
      if (answer?.status === 202) {
        accepted += 1;
        return String(answer.body['id']);
      }
      if (answer && answer.status !== 503)
        strange.push(`${answer.status} ${JSON.stringify(answer.body)}`);
      await delay(50);
    }
    throw new Error(`client ${client} was not answered after ${TRIES_MAX} tries`);
  }

  async function run(client: number): Promise<Promised> {
    const account = `clients:${client}`;
    const ids: string[] = [];
    for (let round = 0; !stopping; round++) {
      ids.push(
        await send(client, `${client}-${round}-in`, transfer('world', account, 100 + round)),
      );
      ids.push(
        await send(client, `${client}-${round}-out`, transfer(account, 'world', 100 + round)),
      );
    }
    return { client, ids };
  }

  const running = Promise.all(Array.from({ length: clients }, (_, client) => run(client)));
  running.catch(() => {});
  return {
    accepted: () => accepted,
    strange: () => strange,
    unanswered: () => unanswered,
    finish() {
      stopping = true;
      return running;
    },
  };
}
