import type { RequestTarget } from '../generate/create-encoder.ts';

const ANSWER_MS_MAX = 10_000;

export type ApiAnswer = { status: number; body: Record<string, unknown> };

/** The API seen through plain fetch, for everything that is not the load itself. */
export type Api = {
  putLedger(): Promise<void>;
  /** `body` is JSON text. */
  postTransaction(key: string, body: string): Promise<ApiAnswer>;
  getTransaction(id: string): Promise<ApiAnswer>;
  getAccount(address: string): Promise<ApiAnswer>;
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
    postTransaction: (idempotencyKey, body) =>
      ask('/transactions', 'POST', { ...json, 'idempotency-key': idempotencyKey }, body),
    getTransaction: (id) => ask(`/transactions/${id}`, 'GET'),
    getAccount: (address) => ask(`/accounts/${address}`, 'GET'),
  };
}

function asObject(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return { text };
  }
}
