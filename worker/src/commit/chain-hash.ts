import { hash } from 'node:crypto';
import type { Outcome } from '@razao/shared/contract/command.ts';

/**
 * The link of a transaction in its ledger's chain: SHA-256 (base64) over the link before it and what the transaction is.
 * `sql/checks/chain.sql` computes the same. The status stays outside: a hold's changes later.
 */
export function chainHash(before: string, id: string, outcome: Outcome): string {
  const facts = `${outcome.sequence}|${outcome.kind}|${outcome.rejection?.code ?? ''}|${outcome.postedAt}`;
  const bytes = Buffer.allocUnsafe(80 + facts.length);
  bytes.write(before, 0, 32, 'base64');
  bytes.write(id.replaceAll('-', ''), 32, 16, 'hex');
  bytes.write(outcome.fingerprint, 48, 32, 'base64');
  bytes.write(facts, 80, 'latin1');
  return hash('sha256', bytes, 'base64');
}
