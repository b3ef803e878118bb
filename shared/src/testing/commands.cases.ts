import { hash, randomUUID } from 'node:crypto';
import type { Command, Posting } from '../contract/command.ts';

/**
 * A command from its postings, `world>alice 9 + alice>bob 3 USD/2` (BRL/2 unless an asset follows), with an id of its own
 * and the fingerprint that belongs to its postings. `other` replaces what a test wants to be otherwise.
 */
export function transfer(
  ledgerId: number,
  postings: string,
  other: Partial<Command> = {},
): Command {
  return {
    ledgerId,
    id: randomUUID(),
    kind: 'transfer',
    fingerprint: hash('sha256', postings, 'base64'),
    acceptedAt: '2026-11-25T12:00:00.123000Z',
    postings: postings.split(' + ').map(toPosting),
    description: null,
    reference: null,
    metadata: {},
    effectiveAt: null,
    ...other,
  };
}

function toPosting(text: string): Posting {
  const [, source, destination, amount, asset = 'BRL/2'] =
    /^(\S+)>(\S+) (\d+)(?: (\S+))?$/.exec(text) ?? [];
  if (!source || !destination || !amount) throw new Error(`not a posting: ${text}`);
  return { source, destination, asset, amount };
}
