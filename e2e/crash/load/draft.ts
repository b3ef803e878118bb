import type { Posting } from '@razao/shared/contract/command.ts';
import type { RejectionCode } from '@razao/shared/contract/rejections.ts';

/** What must become of a command in the end; the generator knows before it is sent. */
export type Expected = 'posted' | RejectionCode;

/** A command that a client is to send next. */
export type Draft = { postings: Posting[]; expected: Expected };

/** Makes up the commands of one client, whose order decides what becomes of them. */
export type Generator = { next(): Draft };

/** A command that was answered, and so must be found as expected. `order` counts the answers of its client. */
export type Sent = {
  client: string;
  order: number;
  ledger: string;
  key: string;
  id: string;
  expected: Expected;
};

export const WORLD = 'world';

/** One posting in the one asset of the run. */
export function posting(source: string, destination: string, amount: number | bigint): Posting {
  return { source, destination, asset: 'BRL/2', amount: String(amount) };
}
