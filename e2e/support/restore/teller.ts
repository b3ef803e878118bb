import { expect } from 'vitest';
import { type Answer, call, transfer } from '../http.ts';

/** Where everything goes that a teller sends, one at a time. */
const TOLD = 'told';

/** A client that remembers what it was told of one ledger, by the keys of its writes. */
export function openTeller(api: string, ledger: string) {
  const path = `${api}/v1/ledgers/${ledger}`;
  const ids = new Map<string, string>();

  function send(key: string, amount: number, wait: boolean): Promise<Answer> {
    return call(`${path}/transactions`, 'POST', transfer('world', TOLD, amount), {
      'Idempotency-Key': `${ledger}-${key}`,
      ...(wait ? { Prefer: 'wait=10' } : {}),
    });
  }
  async function told(key: string, status: number, wait: boolean): Promise<void> {
    const answer = await send(key, 1, wait);
    expect([key, answer.status, answer.body['code']]).toEqual([key, status, undefined]);
    expect(answer.headers.has('idempotency-replayed')).toBe(false);
    ids.set(key, String(answer.body['id']));
  }
  const read = (key: string) => call(`${path}/transactions/${ids.get(key)}`, 'GET');

  const account = () => call(`${path}/accounts/${TOLD}`, 'GET');

  return {
    create: () => call(path, 'PUT', {}),
    /** Sends a write that is new, and is told that it is posted. */
    posts: (key: string) => told(key, 201, true),
    /** Sends a write that is new, and is told that it is accepted. */
    queues: (key: string) => told(key, 202, false),
    /** Sends it again as it was. */
    again: (key: string, { wait = false } = {}) => send(key, 1, wait),
    /** Sends another command with its key. */
    other: (key: string, { wait = false } = {}) => send(key, 2, wait),
    keys: () => [...ids.keys()],
    read,
    account,
    /** Its status, or the code of the problem, as it reads now. */
    async status(key: string): Promise<unknown> {
      const { body } = await read(key);
      return body['code'] ?? body['status'];
    },
    /** How much is in `TOLD`. */
    async sum(): Promise<unknown> {
      const { body } = await account();
      return (body['balances'] as Record<string, { posted: string }>)['BRL/2']?.posted ?? '0';
    },
  };
}

export type Teller = ReturnType<typeof openTeller>;

/** The answer to a write that was posted before, sent again by whoever waits. */
export function expectReplay(answer: Answer): void {
  expect([answer.status, answer.body['status']]).toEqual([201, 'posted']);
  expect(answer.headers.get('idempotency-replayed')).toBe('true');
}

/** The answer to another command with the key of one before. */
export function expectReused(answer: Answer): void {
  expect([answer.status, answer.body['code']]).toEqual([422, 'idempotency_key_reused']);
}

/** A refusal that leaves open what came of it: to be sent again. */
export function expectUnavailable(answer: Answer): void {
  expect([answer.status, answer.body['code']]).toEqual([503, 'unavailable']);
  expect(answer.headers.get('content-type')).toContain('application/problem+json');
  expect(answer.headers.has('retry-after')).toBe(true);
}
