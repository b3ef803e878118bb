import { chainHash } from '@razao/ledger/chain-hash.ts';
import type { TransferCommand } from '@razao/shared/contract/command.ts';
import { sha256 } from '@razao/shared/runtime/sha256.ts';
import type { Client } from 'pg';
import { judgeOne } from '../judge-one.ts';
import { readStatement } from '../read-statement.ts';

const writeOne = readStatement('write-one');
const writeOneInOrder = readStatement('write-one-in-order');
const NO_LINK = Buffer.alloc(32).toString('base64');

export type Sequencing = 'ledger row' | 'none';

/**
 * The classic synchronous ledger: one database transaction for each command, which locks both balances. With the ledger's
 * row it has our sequences and our chain; without it a counter of this process stands in for them, which is less than any
 * real ledger could do with. It writes no outbox, creates no accounts and looks for no replays, all in its favour.
 */
export function openClassic(sequencing: Sequencing, ledgerId: number, firstSequence: number) {
  let sequence = firstSequence;

  async function write(client: Client, command: TransferCommand): Promise<void> {
    const { rejection, values } = await judgeOne(client, ledgerId, command);
    if (sequencing === 'ledger row') {
      await client.query({ ...writeOneInOrder, values: [...values, rejection?.code ?? ''] });
      return;
    }
    const postedAt = new Date().toISOString();
    const hash = chainHash(sha256, NO_LINK, command.id, {
      ...command,
      version: sequence,
      status: rejection ? 'rejected' : 'posted',
      sequence,
      postedAt,
      rejection,
    });
    await client.query({ ...writeOne, values: [...values, sequence++, postedAt, hash] });
  }

  return {
    /** Commits one command; when it throws, nothing was stored. */
    async commit(client: Client, command: TransferCommand): Promise<void> {
      await client.query('begin');
      try {
        await write(client, command);
        await client.query('commit');
      } catch (error) {
        await client.query('rollback');
        throw error;
      }
    },
  };
}
