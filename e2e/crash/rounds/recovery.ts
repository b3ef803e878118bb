import { setTimeout as delay } from 'node:timers/promises';
import type { Stack } from '@razao/stack/stack-options.ts';
import type { Client } from 'pg';
import { withSql } from '../../support/open-world.ts';

/** A ledger and its next sequence before a round. */
export type Mark = { ledger: string; sequence: string };

/** How long it took until something new was posted in a ledger; null: not within half a minute. */
export type Recovery = { ledger: string; ms: number | null };

const GIVE_UP_MS = 30_000;
const POLL_MS = 50;
/** A commit that the dead process had already sent may end so long after it; it is no sign of life. */
const LAST_BREATH_MS = 100;

/** Where each ledger stands. */
export async function readMarks(stack: Stack, ledgers: readonly string[]): Promise<Mark[]> {
  return await withSql(stack, async (client) => {
    const { rows } = await client.query<Mark>(
      'select name as ledger, next_sequence as sequence from ledgers where name = any($1) order by name',
      [ledgers],
    );
    return rows;
  });
}

/**
 * Waits until each ledger has a posting that is younger than `from`, and tells by the time of the first one how long it
 * took. So how often we look, and what else this machine does meanwhile, is not in it.
 */
export async function awaitRecovery(
  stack: Stack,
  marks: readonly Mark[],
  from: number,
  signal: AbortSignal,
): Promise<Recovery[]> {
  return await withSql(stack, async (client) => {
    const deadline = performance.now() + GIVE_UP_MS;
    for (;;) {
      const recoveries: Recovery[] = [];
      for (const mark of marks)
        recoveries.push({ ledger: mark.ledger, ms: await firstPosted(client, mark, from) });
      const all = recoveries.every(({ ms }) => ms !== null);
      if (all || performance.now() > deadline) return recoveries;
      await delay(POLL_MS, undefined, { signal });
    }
  });
}

async function firstPosted(client: Client, mark: Mark, from: number): Promise<number | null> {
  const { rows } = await client.query<{ at: string }>(
    `select extract(epoch from t.posted_at) * 1000 as at
     from transactions t join ledgers l on l.id = t.ledger_id
     where l.name = $1 and t.sequence >= $2 and t.status = 'posted'
       and t.posted_at > to_timestamp($3::float8 / 1000)
     order by t.sequence limit 1`,
    [mark.ledger, mark.sequence, from + LAST_BREATH_MS],
  );
  return rows[0] === undefined ? null : Math.round(Number(rows[0].at) - from);
}
