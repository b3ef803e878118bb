import { Agent, type IncomingMessage, request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { Stack } from '@razao/stack/stack-options.ts';
import { transfer } from './http.ts';
import { KEY } from './open-world.ts';
import type { Promised } from './traffic.ts';

export type KeepAliveClients = {
  answered(): number;
  /** Requests that were sent and not answered, or not as a first one is. */
  faults(): string[];
  /** Stops them, each after a withdrawal, and tells what they were promised. */
  finish(): Promise<Promised[]>;
};

const PAUSE_MS = 20;

/**
 * Clients with a connection each, which they keep for as long as the server does: deposits and withdrawals as in
 * `startTraffic`, every fourth client with a wish to wait. Only a connection that is refused sends a client to the next API:
 * whatever was sent must be answered.
 */
export function startKeepAlive(stack: Stack, ledger: string, clients: number): KeepAliveClients {
  let stopping = false;
  let answered = 0;
  const faults: string[] = [];

  async function run(client: number): Promise<Promised> {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const headers = client % 4 === 3 ? { Prefer: 'wait=5' } : {};
    const ids: string[] = [];
    let api = client;
    async function send(key: string, body: unknown): Promise<void> {
      for (let sent = 0; ; ) {
        const url = `${stack.apiUrls[api % stack.apiUrls.length]}/v1/ledgers/${ledger}/transactions`;
        const reply = await attempt(agent, url, body, { ...headers, 'Idempotency-Key': key });
        if (typeof reply === 'object' && isFirst(reply, sent)) {
          answered += 1;
          ids.push(reply.id);
          return;
        }
        if (reply !== 'refused') {
          faults.push(`${key} was sent: ${JSON.stringify(reply)}`);
          sent += 1;
        }
        api += 1;
        await delay(PAUSE_MS);
      }
    }
    for (let round = 0; !stopping; round++) {
      const account = `clients:${client}`;
      await send(`${client}-${round}-in`, transfer('world', account, 100 + round));
      await send(`${client}-${round}-out`, transfer(account, 'world', 100 + round));
    }
    agent.destroy();
    return { client, ids };
  }

  const running = Promise.all(Array.from({ length: clients }, (_, client) => run(client)));
  running.catch(() => {});
  return {
    answered: () => answered,
    faults: () => faults,
    finish() {
      stopping = true;
      return running;
    },
  };
}

/** A first answer, or to what had been sent before without one, a replay. */
function isFirst({ status, replayed }: Reply, sentBefore: number): boolean {
  return (status === 202 || status === 201) && (sentBefore > 0 || !replayed);
}

/** The answer; `refused` where nothing was sent, else what went wrong. */
function attempt(...args: Parameters<typeof post>): Promise<Reply | string> {
  return post(...args).catch((error: NodeJS.ErrnoException) =>
    error.code === 'ECONNREFUSED' ? 'refused' : error.message,
  );
}

type Reply = { status: number; replayed: boolean; id: string; text: string };

function post(agent: Agent, url: string, body: unknown, more: Record<string, string>) {
  const text = JSON.stringify(body);
  const headers = {
    Authorization: `Bearer ${KEY}`,
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(text),
    ...more,
  };
  return new Promise<Reply>((resolve, reject) => {
    const sending = request(url, { method: 'POST', agent, headers }, (answer) => {
      read(answer).then(resolve, reject);
    });
    sending.on('error', reject);
    sending.end(text);
  });
}

async function read(answer: IncomingMessage): Promise<Reply> {
  let text = '';
  for await (const part of answer) text += String(part);
  const { id = '' } = JSON.parse(text) as { id?: string };
  const replayed = answer.headers['idempotency-replayed'] === 'true';
  return { status: answer.statusCode ?? 0, replayed, id, text };
}
