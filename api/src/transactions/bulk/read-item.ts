import { type Fault, Problem } from '@razao/shared/contract/problems.ts';
import {
  type TransactionRequest,
  transactionRequestSchema,
} from '@razao/shared/contract/transaction-request.ts';
import { z } from 'zod';
import { bodyFaults, toPointer } from '../../http/faults.ts';
import { parseIdempotencyKey } from '../../http/idempotency-key.ts';
import { prototypeFault } from '../../http/prototypes.ts';
import { notValid } from '../../http/read-body.ts';

/** A valid item of a bulk: a transaction under its key. */
export type Item = { key: string; request: TransactionRequest };

const itemSchema = transactionRequestSchema.safeExtend({ idempotency_key: z.unknown().optional() });

/** Reads an item, which stands at a place of the bulk. What is wrong with it concerns nothing else, and is not thrown. */
export function readItem(item: unknown, at: number, suspicious: boolean): Item | Problem {
  const base = ['transactions', at];
  const prototype = suspicious ? prototypeFault(item, base) : null;
  if (prototype) return notValid([prototype]);
  const parsed = itemSchema.safeParse(item);
  const faults = parsed.success ? [] : bodyFaults(parsed.error, base);
  if (typeof item !== 'object' || item === null || Array.isArray(item)) return notValid(faults);
  const key = readKey((item as { idempotency_key?: unknown }).idempotency_key, at);
  if (key instanceof Problem) return withFaults(key, [...key.faults, ...faults]);
  if (!parsed.success) return notValid(faults);
  const { idempotency_key: _, ...request } = parsed.data;
  return { key, request };
}

/** Where the key of an item is. */
export function keyPlace(at: number): { pointer: string } {
  return { pointer: toPointer(['transactions', at, 'idempotency_key']) };
}

function readKey(given: unknown, at: number): string | Problem {
  try {
    return parseIdempotencyKey(given, () => keyPlace(at));
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
}

function withFaults(problem: Problem, faults: readonly Fault[]): Problem {
  return new Problem(problem.code, problem.message, { faults });
}
