import { expect } from 'vitest';
import type { Answer, Client } from './client.ts';
import { expectProblem } from './problem.ts';

/** Expects the answer to a write that waited and was rejected, `about` being all that its rejection tells of amounts. */
export function expectRejection(
  answer: Answer,
  code: string,
  about: Record<string, string> = {},
): void {
  const { transaction, ...problem } = answer.body;
  expectProblem({ ...answer, body: problem }, 422, code);
  expect(transaction).toMatchObject({ status: 'rejected', posted_at: expect.any(String) });
  const { rejection } = transaction as { rejection: unknown };
  expect(rejection).toEqual({ code, detail: problem['detail'], ...about });
}

/** An account's balance, as Postgres has it. */
export async function balanceOf(api: Client, ledger: string, address: string, asset = 'BRL/2') {
  const { body } = await api.get(`/v1/ledgers/${ledger}/accounts/${address}?consistency=strong`);
  return (body['balances'] as Record<string, Record<string, string>>)[asset];
}
