import { randomUUID } from 'node:crypto';
import type { Stack } from '@razao/stack/stack-options.ts';
import { type Answer, call } from './http.ts';

export type Item = { idempotency_key: string; [more: string]: unknown };

/** Which of the APIs is asked, under which key, and whether to wait for the outcome. */
type How = { api?: number; key?: string; wait?: boolean };

/** Writes to one ledger, each sent once; throws where no answer comes. */
export function moneyClient({ apiUrls }: Stack, ledger: string) {
  const url = (api: number, below: string) =>
    `${apiUrls[api % apiUrls.length]}/v1/ledgers/${ledger}${below}`;

  function post(below: string, body: unknown, { api = 0, key, wait }: How): Promise<Answer> {
    return call(url(api, `/transactions${below}`), 'POST', body, {
      ...(key === undefined ? {} : { 'Idempotency-Key': key }),
      ...(wait ? { Prefer: 'wait=10' } : {}),
    });
  }

  return {
    create: () => Promise.all(apiUrls.map((_, api) => call(url(api, ''), 'PUT', {}))),
    settings: (account: string, settings: object, api = 0) =>
      call(url(api, `/accounts/${account}`), 'PUT', settings),
    /** A transfer or hold, or, where `below` says so, what acts on another transaction. */
    write: (body: unknown, how: How = {}, below = '') =>
      post(below, body, { key: randomUUID(), ...how }),
    bulk: (transactions: readonly Item[], atomic: boolean, how: Omit<How, 'key'> = {}) =>
      post('/bulk', { atomic, transactions }, how),
    /** What an account has in BRL/2, past every cache. */
    async balance(account: string): Promise<Record<string, unknown> | undefined> {
      const { body } = await call(url(0, `/accounts/${account}?consistency=strong`), 'GET');
      return (body['balances'] as Record<string, Record<string, unknown>>)['BRL/2'];
    },
  };
}

/** Bulk items with keys of their own, which are their ids. */
export function items(count: number, body: (i: number) => object): Item[] {
  return Array.from({ length: count }, (_, i) => ({ idempotency_key: randomUUID(), ...body(i) }));
}

/** The ids and statuses in the answer to a bulk. */
export function dataOf({ body }: Answer): { id: string; status: string }[] {
  return body['data'] as { id: string; status: string }[];
}
