import { CLOCK_AHEAD_MS_MAX, CLOCK_SKEW_MS_MAX } from '@razao/shared/contract/limits.ts';
import { createClock } from '@razao/shared/runtime/clock.ts';
import { transfer } from '@razao/shared/test/commands.ts';
import { runChecks } from '@razao/sql/check.ts';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Books, openBooks, openSession } from '../../test/books.ts';
import type { LockSession } from '../leadership/lock-session.ts';
import { commitBatch } from './commit-batch.ts';
import { isCommandFault } from './error-class.ts';
import { createLedgerTimes, type LedgerTimes } from './ledger-times.ts';

const SHARD = 0;
const DAY_SECONDS = 24 * 3_600;

let books: Books;
let session: LockSession;
let times: LedgerTimes;
let ledger: number;
let ledgers = 0;
/** How far the clock of our process is ahead. */
let skewMs: number;
let monotonicMs: number;

beforeAll(async () => {
  books = await openBooks();
});
afterAll(() => books?.close());
beforeEach(async () => {
  skewMs = 0;
  monotonicMs = 0;
  times = createLedgerTimes(
    createClock(() => Date.now() + skewMs),
    () => performance.now() + monotonicMs,
  );
  session = await openSession(books.url, SHARD, 10_000, { times });
  ledgers += 1;
  ledger = await books.createLedger(`book-${ledgers}`);
});
afterEach(async () => {
  session.destroy();
  await books.client.query(`delete from settings where name = 'posted_at_ahead_seconds_max'`);
  // As if it had never been.
  await books.client.query(
    'update ledgers l set last_posted_at = (select max(posted_at) from transactions t where t.ledger_id = l.id)',
  );
  expect(await runChecks(books.client)).toEqual([]);
});

describe('a commit', () => {
  test.each([1, -1])(
    'is refused while the two clocks are further apart than they may be (%d), and made once they are not',
    async (sign) => {
      const commands = [transfer(ledger, 'world>alice 1')];
      skewMs = sign * (CLOCK_SKEW_MS_MAX + 5_000);
      const error = await commitBatch(session, commands).catch((thrown) => thrown);
      expect(error).toMatchObject({
        code: 'clock_skew',
        message: expect.stringMatching(/clock of this machine is 35 s .* Postgres's: nothing is/),
      });
      expect(isCommandFault(error)).toBe(false);
      expect(await posted()).toEqual([]);
      skewMs = sign * (CLOCK_SKEW_MS_MAX - 5_000);
      await commitBatch(session, commands);
      expect(await posted()).toHaveLength(1);
    },
  );

  test('is not refused for the time that it waits for a lock', async () => {
    await books.client.query('begin');
    await books.client.query('select from ledgers where id = $1 for update', [ledger]);
    const waiting = commitBatch(session, [transfer(ledger, 'world>alice 1')]);
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    await books.client.query('rollback');
    await waiting;
    expect(times.fault()).toBeNull();
  });

  test('into a ledger that was posted to a day ahead is refused, and says of which; others of the shard are posted', async () => {
    await commitBatch(session, [transfer(ledger, 'world>alice 1')]);
    await jump(DAY_SECONDS);
    const other = await books.createLedger(`other-${ledgers}`);
    const batch = [transfer(other, 'world>alice 1'), transfer(ledger, 'world>alice 1')];
    const error = await commitBatch(session, batch).catch((thrown) => thrown);
    const why = `the last posting of ledger book-${ledgers} is 86400 s ahead of Postgres's clock`;
    expect(error).toMatchObject({
      code: 'posted_at_ahead',
      message: expect.stringContaining(why),
    });
    expect(isCommandFault(error)).toBe(false);
    expect(times.fault()).toContain(why);
    expect(times.ahead().get(SHARD)).toBeCloseTo(DAY_SECONDS, -1);
    expect(await posted()).toHaveLength(1);
    await commitBatch(session, [transfer(other, 'world>alice 1')]);
    expect(times.fault()).toBeNull();
    // It is still ahead, whoever is posted to meanwhile, and comes nearer.
    monotonicMs = 1_000_000;
    expect(times.ahead().get(SHARD)).toBeCloseTo(DAY_SECONDS - 1_000, -1);
  });

  test('is made where an operator has decided to live with an instant that stands still', async () => {
    const [first, second] = [transfer(ledger, 'world>alice 1'), transfer(ledger, 'world>alice 1')];
    await jump(DAY_SECONDS);
    await expect(commitBatch(session, [first])).rejects.toMatchObject({ code: 'posted_at_ahead' });
    await decide('86000');
    await expect(commitBatch(session, [first])).rejects.toMatchObject({ code: 'posted_at_ahead' });
    await decide('90000');
    await commitBatch(session, [first]);
    await commitBatch(session, [second]);
    expect(times.fault()).toBeNull();
    expect(times.ahead().get(SHARD)).toBeCloseTo(DAY_SECONDS, -1);
    expect(new Set(await posted()).size).toBe(1);
  });

  test.each(['', 'for ever', '-1', '0'])(
    'knows no other bound than its own where "%s" is set',
    async (value) => {
      await commitBatch(session, [transfer(ledger, 'world>alice 1')]);
      await decide(value);
      await jump(CLOCK_AHEAD_MS_MAX / 1_000 + 10);
      await expect(commitBatch(session, [transfer(ledger, 'world>alice 1')])).rejects.toMatchObject(
        {
          code: 'posted_at_ahead',
        },
      );
      await jump(CLOCK_AHEAD_MS_MAX / 1_000 - 10);
      await commitBatch(session, [transfer(ledger, 'world>alice 1')]);
    },
  );
});

test('a refusal is told for a while only: another process may hold the shard now', async () => {
  await commitBatch(session, [transfer(ledger, 'world>alice 1')]);
  await jump(DAY_SECONDS);
  await commitBatch(session, [transfer(ledger, 'world>alice 1')]).catch(() => {});
  expect(times.fault()).not.toBeNull();
  monotonicMs = 60_000;
  expect(times.fault()).toBeNull();
});

/** The ledger's last posting is so far ahead, as after a commit under a wrong clock. */
async function jump(seconds: number): Promise<void> {
  await books.client.query(
    `update ledgers set last_posted_at = clock_timestamp() + interval '1 s' * $2 where id = $1`,
    [ledger, seconds],
  );
}

async function decide(value: string): Promise<void> {
  await books.client.query(
    `insert into settings (name, value) values ('posted_at_ahead_seconds_max', $1)
     on conflict (name) do update set value = excluded.value`,
    [value],
  );
}

/** The instants of the ledger's postings. */
async function posted(): Promise<string[]> {
  const rows = await books.rows<{ posted_at: string }>(
    `select instant_text(posted_at) as posted_at from transactions t join ledgers l on l.id = t.ledger_id
     where l.id = $1 order by sequence`,
    [ledger],
  );
  return rows.map((row) => row.posted_at);
}
