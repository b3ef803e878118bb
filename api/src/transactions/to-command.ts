import type { Command } from '@razao/shared/contract/command.ts';
import { instantText } from '@razao/shared/contract/time.ts';
import type { TransactionRequest } from '@razao/shared/contract/transaction-request.ts';
import { transactionId } from '@razao/shared/runtime/transaction-id.ts';
import type { Ledger } from '../ledgers/ledger-directory.ts';
import { fingerprint } from './fingerprint.ts';

/** A validated request as the command that goes on the queue. */
export function toCommand(ledger: Ledger, key: string, request: TransactionRequest): Command {
  return {
    ledgerId: ledger.id,
    id: transactionId(ledger.name, key),
    kind: 'transfer',
    fingerprint: fingerprint('transfer', null, request),
    acceptedAt: instantText(Date.now()),
    postings: request.postings,
    description: request.description ?? null,
    reference: request.reference ?? null,
    metadata: request.metadata ?? {},
    effectiveAt: request.effective_at ?? null,
  };
}
