import type { RequestTarget, Sent } from '../generate/create-encoder.ts';

const ANSWER_MS_MAX = 10_000;

export type ApiAnswer = { status: number; body: Record<string, unknown> };

/** The API seen through plain fetch, for everything that is not the load itself. */
export type Api = {
  putLedger(): Promise<void>;
  post(sent: Sent): Promise<ApiAnswer>;
  getTransaction(id: string): Promise<ApiAnswer>;
  /** As it is, or as the query asks. */
  getAccount(address: string, query?: Record<string, string>): Promise<ApiAnswer>;
  /** `settings` as the contract has them. */
  putAccount(address: string, settings: object): Promise<void>;
};

/** Speaks for one ledger. */
export function createApi({ apiUrl, ledger, key }: RequestTarget): Api {
  const base = `${apiUrl}/v1/ledgers/${ledger}`;
  const ask = async (path: string, method: string, headers: object = {}, body?: string) => {
    const answer = await fetch(`${base}${path}`, {
      method,
      headers: { authorization: `Bearer ${key}`, ...headers },
      ...(body === undefined ? {} : { body }),
      signal: AbortSignal.timeout(ANSWER_MS_MAX),
    });
    return { status: answer.status, body: asObject(await answer.text()) };
  };
  const json = { 'content-type': 'application/json' };
  return {
    async putLedger() {
      const { status, body } = await ask('', 'PUT', json, '{}');
      if (status !== 201 && status !== 200) {
        throw new Error(`cannot create ledger ${ledger}: ${status} ${JSON.stringify(body)}`);
      }
    },
    post: ({ below, key: own, body }) =>
      ask(
        `/transactions${below}`,
        'POST',
        own === null ? json : { ...json, 'idempotency-key': own },
        body,
      ),
    getTransaction: (id) => ask(`/transactions/${id}`, 'GET'),
    getAccount: (address, query = {}) =>
      ask(`/accounts/${address}?${new URLSearchParams(query)}`, 'GET'),
    async putAccount(address, settings) {
      const { status, body } = await ask(
        `/accounts/${address}`,
        'PUT',
        json,
        JSON.stringify(settings),
      );
      if (status !== 201 && status !== 200) {
        throw new Error(`cannot set up ${address}: ${status} ${JSON.stringify(body)}`);
      }
    },
  };
}

function asObject(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return { text };
  }
}
