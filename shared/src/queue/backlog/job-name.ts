import type { Share } from './count-commands.ts';

/**
 * The name of a chunk's job says what the chunk counts as, by ledger: `chunk <ledger uid>:<commands>:<bytes> ...`. So whoever
 * counts what waits reads no data, and what is counted goes where the job goes.
 */
export function jobName(shares: readonly Share[]): string {
  const words = shares.map(({ ledgerUid, commands, bytes }) => `${ledgerUid}:${commands}:${bytes}`);
  return ['chunk', ...words].join(' ');
}

/** The name of a job that counts as nothing any more: its chunk is done, and just being taken out. */
export const DONE_NAME = 'done';
