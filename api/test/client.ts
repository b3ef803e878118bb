import { randomUUID } from 'node:crypto';
import type { Hono } from 'hono';
import type { ApiEnv } from '../src/http/env.ts';

export const TEST_KEY = 'razao_test_key';

export type Answer = {
  status: number;
  headers: Headers;
  text: string;
  /** An empty object where the answer has no JSON. */
  body: Record<string, unknown>;
};

export type Sent = {
  json?: unknown;
  /** The body as it is, instead of `json`. */
  body?: string | Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>;
  /** Over the defaults; null takes one away. */
  headers?: Record<string, string | null>;
};

/** How the tests speak to an API. */
export type Client = {
  send(method: string, path: string, sent?: Sent): Promise<Answer>;
  /** Posts a transaction, under a new key unless one is given. */
  post(ledger: string, json: unknown, options?: { key?: string; wait?: number }): Promise<Answer>;
  /** Captures, releases or reverts a transaction, under a new key unless one is given. */
  act(
    ledger: string,
    id: string,
    action: 'capture' | 'release' | 'revert',
    json?: unknown,
    options?: { key?: string; wait?: number },
  ): Promise<Answer>;
  bulk(
    ledger: string,
    transactions: readonly unknown[],
    options?: { atomic?: boolean; wait?: number },
  ): Promise<Answer>;
  get(path: string, headers?: Record<string, string | null>): Promise<Answer>;
  /** Makes a ledger of a name that no other test has. */
  newLedger(settings?: { accounts?: 'auto' | 'explicit' }): Promise<string>;
  isReady(): Promise<boolean>;
};

export function createClient(app: Hono<ApiEnv>): Client {
  const client: Client = {
    async send(method, path, { json, body, headers = {} } = {}) {
      const sent = body ?? (json === undefined ? undefined : JSON.stringify(json));
      const all: Record<string, string | null> = {
        Authorization: `Bearer ${TEST_KEY}`,
        ...(sent === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...headers,
      };
      const given = Object.entries(all).filter((entry): entry is [string, string] => {
        return entry[1] !== null;
      });
      return toAnswer(
        await app.request(path, {
          method,
          headers: given,
          ...(sent === undefined ? {} : { body: sent, duplex: 'half' }),
        }),
      );
    },
    post(ledger, json, { key = randomUUID(), wait } = {}) {
      const headers = { 'Idempotency-Key': key, ...prefer(wait) };
      return client.send('POST', `/v1/ledgers/${ledger}/transactions`, { json, headers });
    },
    act(ledger, id, action, json = {}, { key = randomUUID(), wait } = {}) {
      const headers = { 'Idempotency-Key': key, ...prefer(wait) };
      const path = `/v1/ledgers/${ledger}/transactions/${id}/${action}`;
      return client.send('POST', path, { json, headers });
    },
    bulk(ledger, transactions, { atomic, wait } = {}) {
      const json = { transactions, ...(atomic === undefined ? {} : { atomic }) };
      const path = `/v1/ledgers/${ledger}/transactions/bulk`;
      return client.send('POST', path, { json, headers: prefer(wait) });
    },
    get: (path, headers = {}) => client.send('GET', path, { headers }),
    async newLedger(json = {}) {
      const name = `l-${randomUUID()}`;
      const { status } = await client.send('PUT', `/v1/ledgers/${name}`, { json });
      if (status !== 201) throw new Error(`the ledger was not created: ${status}`);
      return name;
    },
    async isReady() {
      const { body } = await client.send('GET', '/readyz');
      const dependencies = Object.values(body['dependencies'] as Record<string, { ok: boolean }>);
      return body['ready'] === true && dependencies.every(({ ok }) => ok);
    },
  };
  return client;
}

function prefer(wait: number | undefined): Record<string, string> {
  return wait === undefined ? {} : { Prefer: `wait=${wait}` };
}

/** A transaction of one posting. */
export function transfer(
  source = 'world',
  destination = 'users:1',
  amount = '100',
  asset = 'BRL/2',
) {
  return { postings: [{ source, destination, asset, amount }] };
}

/** The id in an answer. */
export function idOf({ body }: Answer): string {
  return String(body['id']);
}

async function toAnswer(response: Response): Promise<Answer> {
  const text = await response.text();
  const isJson = /json/.test(response.headers.get('content-type') ?? '');
  return {
    status: response.status,
    headers: response.headers,
    text,
    body: isJson && text !== '' ? (JSON.parse(text) as Record<string, unknown>) : {},
  };
}
