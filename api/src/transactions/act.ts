import {
  captureRequestSchema,
  releaseRequestSchema,
  revertRequestSchema,
} from '@razao/shared/contract/action-request.ts';
import type { Context } from 'hono';
import type { Deps } from '../deps.ts';
import type { ApiEnv } from '../http/env.ts';
import { readTransactionId } from './read-id.ts';
import { toCapture, toRelease, toRevert } from './to-command.ts';
import { writeOne } from './write.ts';

// Whether there is such a transaction, and one that can be acted on, is for the ledger to say when the command's turn comes:
// it may be on its way still.

/** `POST .../transactions/{id}/capture`: moves what a hold reserved, or a part of it. */
export async function captureTransaction(c: Context<ApiEnv>, deps: Deps): Promise<Response> {
  const target = readTransactionId(c.req);
  return writeOne(c, deps, {
    schema: captureRequestSchema,
    toCommand: (ledger, key, request) => toCapture(ledger, key, target, request),
  });
}

/** `POST .../transactions/{id}/release`: frees what is left of a hold. */
export async function releaseTransaction(c: Context<ApiEnv>, deps: Deps): Promise<Response> {
  const target = readTransactionId(c.req);
  return writeOne(c, deps, {
    schema: releaseRequestSchema,
    toCommand: (ledger, key) => toRelease(ledger, key, target),
  });
}

/** `POST .../transactions/{id}/revert`: moves back what a transaction moved, or a part of it. */
export async function revertTransaction(c: Context<ApiEnv>, deps: Deps): Promise<Response> {
  const target = readTransactionId(c.req);
  return writeOne(c, deps, {
    schema: revertRequestSchema,
    toCommand: (ledger, key, request) => toRevert(ledger, key, target, request),
  });
}
