import { hash } from 'node:crypto';
import type { ExpiryCommand } from '@razao/shared/contract/command.ts';
import { derivedId } from '@razao/shared/runtime/transaction-id.ts';

/**
 * The command that ends a hold whose time is over. Its id follows from the hold, so it may be sent any number of times,
 * by any number of processes, and is applied once.
 */
export function expiryCommand(
  hold: { ledger_uid: string; ledger: string; id: string },
  acceptedAt: string,
): ExpiryCommand {
  return {
    ledgerUid: hold.ledger_uid,
    id: derivedId('expiry', hold.ledger, hold.id),
    kind: 'expiry',
    fingerprint: hash('sha256', `expiry\0${hold.id}`, 'base64'),
    acceptedAt,
    target: hold.id,
  };
}
