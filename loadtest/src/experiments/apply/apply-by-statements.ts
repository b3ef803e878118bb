import { chainHash } from '@razao/ledger/chain-hash.ts';
import type { TransferCommand } from '@razao/shared/contract/command.ts';
import { sha256 } from '@razao/shared/runtime/sha256.ts';
import { loadCommand } from '@razao/sql/load.ts';
import { withPostgres } from '@razao/stack/services/with-postgres.ts';
import type { Client } from 'pg';
import { judgeOne } from '../judge-one.ts';
import { readStatement } from '../read-statement.ts';
import { BATCH } from '../ways/batch.ts';
import { runWay, type Way } from '../ways/run-way.ts';

const lockLedgers = loadCommand('lock_ledgers');
const closeLedger = readStatement('close-ledger');
const writeOne = readStatement('write-one');

type LedgerRow = {
  next_sequence: string;
  chain_hash: string;
  posted_at: string;
};

/**
 * A database transaction for each batch, but two statements for each command in it. With Postgres's own settings: those of
 * the committer would plan each statement anew.
 */
export const applyByStatements: Way['run'] = async (deps, { url, ledgerId, commands }) =>
  await withPostgres(url, async (client) => {
    const writer = () => {
      const batch = commands.take(BATCH);
      return () => commit(client, ledgerId, batch);
    };
    return await runWay(deps, BATCH, [writer]);
  });

async function commit(client: Client, ledgerId: number, commands: readonly TransferCommand[]) {
  await client.query('begin');
  const { rows } = await client.query<LedgerRow>({
    ...lockLedgers,
    values: [[commands[0]?.ledgerUid]],
  });
  const [ledger] = rows;
  if (!ledger) throw new Error(`there is no ledger ${ledgerId}`);
  const postedAt = ledger.posted_at;
  let [sequence, hash] = [Number(ledger.next_sequence), ledger.chain_hash];
  for (const command of commands) {
    const { rejection, values } = await judgeOne(client, ledgerId, command);
    const status = rejection ? 'rejected' : 'posted';
    const outcome = {
      version: sequence,
      ...command,
      status,
      sequence,
      postedAt,
      rejection,
    } as const;
    hash = chainHash(sha256, hash, command.id, outcome);
    await client.query({ ...writeOne, values: [...values, sequence, postedAt, hash] });
    sequence += 1;
  }
  await client.query({ ...closeLedger, values: [ledgerId, sequence, postedAt, hash] });
  await client.query('commit');
}
