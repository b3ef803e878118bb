import type { Stack } from '@razao/stack/stack-options.ts';
import { until } from '@razao/stack/test/until.ts';
import { withSql } from '../../support/open-world.ts';

/** The longest time of a hold that is left to expire, its grace, and what a sweep may take: an expiry that was undone is sent again after a minute. */
const MS_MAX = 75_000;

/** Waits until every hold has ended. Those that do not in time are found by who compares. */
export async function untilHoldsEnded(stack: Stack, ledgers: readonly string[]): Promise<void> {
  await withSql(stack, (client) =>
    until(
      'no hold is open',
      async () => {
        const { rows } = await client.query(
          `select from holds h join ledgers l on l.id = h.ledger_id
           where l.name = any($1) and h.status = 'pending' limit 1`,
          [ledgers],
        );
        return rows.length === 0;
      },
      MS_MAX,
    ).catch(() => {}),
  );
}
