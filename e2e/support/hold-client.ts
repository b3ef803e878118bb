import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Stack } from '@razao/stack/stack-options.ts';
import { type Answer, call } from './http.ts';
import { withSql } from './open-world.ts';

const TRIES_MAX = 400;

export type Hold = { id: string; expiresAt: number };

/** A client of one ledger that holds money, and goes to the next API, with the same key, when it gets no answer. */
export function holdClient(stack: Stack, ledger: string) {
  const path = `/v1/ledgers/${ledger}`;

  async function post(below: string, body: unknown, wait = true): Promise<Answer> {
    const headers = { 'Idempotency-Key': randomUUID(), ...(wait && { Prefer: 'wait=10' }) };
    for (let attempt = 0; attempt < TRIES_MAX; attempt++) {
      const api = stack.apiUrls[attempt % stack.apiUrls.length];
      const answer = await call(`${api}${path}${below}`, 'POST', body, headers).catch(() => null);
      if (answer && answer.status !== 503) return answer;
      await delay(50);
    }
    throw new Error(`no answer: POST ${path}${below}`);
  }

  const get = async (below: string) =>
    (await call(`${stack.apiUrls[0]}${path}${below}`, 'GET')).body;

  return {
    create: () => call(`${stack.apiUrls[0]}${path}`, 'PUT', {}),
    deposit: (account: string, amount: number) =>
      post('/transactions', { postings: [posting('world', account, amount)] }),
    /** Holds an amount of an account for so many seconds; resolves once it is pending. */
    async hold(account: string, amount: number, seconds: number): Promise<Hold> {
      const body = { postings: [posting(account, 'shop', amount)], hold: { expires_in: seconds } };
      const { status, body: answer } = await post('/transactions', body);
      if (status !== 201) throw new Error(`${status} ${JSON.stringify(answer)}`);
      const { expires_at } = answer['hold'] as { expires_at: string };
      return { id: String(answer['id']), expiresAt: Date.parse(expires_at) };
    },
    capture: (hold: Hold, body: unknown = {}) => post(`/transactions/${hold.id}/capture`, body),
    release: (hold: Hold) => post(`/transactions/${hold.id}/release`, {}),
    /** Holds 1 of the account `count` times, in bulks; each may wait to be posted still. */
    async holdMany(account: string, count: number, seconds: number): Promise<void> {
      const transaction = {
        postings: [posting(account, 'shop', 1)],
        hold: { expires_in: seconds },
      };
      for (let sent = 0; sent < count; sent += 1_000) {
        const transactions = Array.from({ length: Math.min(1_000, count - sent) }, () => ({
          idempotency_key: randomUUID(),
          ...transaction,
        }));
        const { status, body } = await post('/transactions/bulk', { transactions }, false);
        if (status !== 202) throw new Error(`${status} ${JSON.stringify(body)}`);
      }
    },
    transaction: (id: string) => get(`/transactions/${id}`),
    /** What an account has in BRL/2, as the API says. */
    async balance(account: string): Promise<Record<string, unknown> | undefined> {
      const { balances } = await get(`/accounts/${account}`);
      return (balances as Record<string, Record<string, unknown>>)['BRL/2'];
    },
    /** How many holds of the ledger are in each state. */
    async states(): Promise<Record<string, number>> {
      const { rows } = await withSql(stack, (client) =>
        client.query<{ status: string; count: number }>(
          `select h.status, count(*)::int as count from holds h join ledgers l on l.id = h.ledger_id
           where l.name = $1 group by h.status`,
          [ledger],
        ),
      );
      return Object.fromEntries(rows.map(({ status, count }) => [status, count]));
    },
  };
}

function posting(source: string, destination: string, amount: number) {
  return { source, destination, asset: 'BRL/2', amount: String(amount) };
}
