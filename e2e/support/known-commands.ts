import { randomUUID } from 'node:crypto';
import { type Answer, call, transfer } from './http.ts';
import type { Fate } from './stores.ts';

/** A write whose outcome is known beforehand; its key is a UUID, and so its id. */
export type Known = { id: string; body: unknown; fate: string };

/** Deposits that the withdrawals behind them need, and two rejections among them. */
export function mixedCommands(): Known[] {
  return [
    known(transfer('world', 'a', 100)),
    known(transfer('a', 'b', 100)),
    known(transfer('a', 'b', 1), 'insufficient_funds'),
    known(transfer('world', 'c', 50)),
    known(transfer('c', 'world', 50)),
    known(transfer('poor', 'b', 5), 'insufficient_funds'),
  ];
}

/** Deposits of 100 postings each, no two of which touch the same account. */
export function wideCommands(count: number): Known[] {
  return Array.from({ length: count }, (_, n) => {
    const postings = Array.from({ length: 100 }, (_, i) => ({
      source: 'world',
      destination: `wide:${n}:${i}`,
      asset: 'BRL/2',
      amount: '1',
    }));
    return known({ postings });
  });
}

export function known(body: unknown, fate = 'posted'): Known {
  return { id: randomUUID(), body, fate };
}

export function fateOf({ id, fate }: Known): Fate {
  return [id, fate];
}

/** Sends one write; throws where no answer comes. */
export function send(
  api: string,
  ledger: string,
  { id, body }: Known,
  headers: Record<string, string> = {},
): Promise<Answer> {
  return call(`${api}/v1/ledgers/${ledger}/transactions`, 'POST', body, {
    'Idempotency-Key': id,
    ...headers,
  });
}

/** Sends some as one bulk that is not atomic. */
export function sendBulk(api: string, ledger: string, commands: readonly Known[]): Promise<Answer> {
  const transactions = commands.map(({ id, body }) => ({
    idempotency_key: id,
    ...(body as object),
  }));
  const bulk = { atomic: false, transactions };
  return call(`${api}/v1/ledgers/${ledger}/transactions/bulk`, 'POST', bulk);
}
