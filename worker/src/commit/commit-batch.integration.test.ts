import { transfer } from '@razao/shared/test/commands.ts';
import { runChecks } from '@razao/sql/check.ts';
import { chainLedgers } from '@razao/sql/test/books.ts';
import { Client } from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Books, openBooks, openSession } from '../../test/books.ts';
import { storedEntries, storedRows, storedTransaction } from '../../test/stored.ts';
import type { LockSession } from '../leadership/lock-session.ts';
import { commitBatch } from './commit-batch.ts';

let books: Books;
let session: LockSession;
let ledger: number;
let ledgers = 0;

beforeAll(async () => {
  books = await openBooks();
  session = await openSession(books.url);
});
afterAll(async () => {
  session?.destroy();
  await books?.close();
});
beforeEach(async () => {
  ledgers += 1;
  ledger = await books.createLedger(`book-${ledgers}`);
});
afterEach(async () => {
  expect(await runChecks(books.client)).toEqual([]);
});

describe('a session that can commit no more', () => {
  test.each([
    ['25006', 'as its server has become read-only', 'set default_transaction_read_only = on', ''],
    [
      '0A000',
      'as a statement it prepared returns other columns now',
      'alter table ledgers alter settings_version type integer',
      'alter table ledgers alter settings_version type bigint',
    ],
  ])('is ended (%s), %s, and the next one goes on', async (code, _, change, back) => {
    const tired = await openSession(books.url, 7);
    await commitBatch(tired, [transfer(ledger, 'world>alice 1')]);
    if (back === '') await tired.query(change);
    else await books.client.query(change);
    const command = transfer(ledger, 'world>alice 1');
    await expect(commitBatch(tired, [command])).rejects.toMatchObject({ code });
    expect(tired.lost).toBe(true);
    const next = await openSession(books.url, 7);
    expect((await commitBatch(next, [command])).results[0]?.outcome.sequence).toBe(2);
    next.destroy();
    if (back !== '') await books.client.query(back);
  });
});

describe('a commit', () => {
  test('stores a posted transaction with every column, its entries, balances and accounts', async () => {
    const command = transfer(ledger, 'world>alice 900 + alice>bob 300', {
      description: 'rent; "May", {5}',
      reference: 'inv-1',
      metadata: { key: 'NULL', 'a\\b': '{"x":"ção"}' },
      effectiveAt: '2026-01-02T03:04:05.678901Z',
    });
    const { results } = await commitBatch(session, [command]);
    const outcome = results[0]?.outcome;
    expect(outcome).toMatchObject({ status: 'posted', sequence: 1, rejection: null });
    expect(await stored(command.id)).toEqual({
      ledger_id: ledger,
      sequence: '1',
      id: command.id,
      accepted_at: command.acceptedAt,
      posted_at: outcome?.postedAt,
      effective_at: command.effectiveAt,
      target: null,
      kind: 'transfer',
      status: 'posted',
      fingerprint: command.fingerprint,
      postings: [
        ['world', 'alice', 'BRL/2', '900'],
        ['alice', 'bob', 'BRL/2', '300'],
      ],
      description: command.description,
      reference: command.reference,
      metadata: command.metadata,
      rejection: null,
    });
    expect(await entries()).toEqual([
      '1 world -900 = -900 (1)',
      '1 alice 900 = 900 (1)',
      '1 alice -300 = 600 (2)',
      '1 bob 300 = 300 (1)',
    ]);
    expect(await balances()).toEqual(['alice 600 v2', 'bob 300 v1', 'world -900 v1']);
    expect(
      await books.rows('select address, version from accounts where ledger_id = $1 order by 1', [
        ledger,
      ]),
    ).toEqual(['alice', 'bob', 'world'].map((address) => ({ address, version: '1' })));
  });

  test('leaves what a command does not have null', async () => {
    const command = transfer(ledger, 'world>alice 1');
    await commitBatch(session, [command]);
    expect(await stored(command.id)).toMatchObject({
      effective_at: null,
      description: null,
      reference: null,
      metadata: null,
    });
  });

  test('invariant 8: stores a rejection under its id, with its code, and moves nothing', async () => {
    const command = transfer(ledger, 'alice>bob 5', { description: 'kept' });
    const { results, balances: touched } = await commitBatch(session, [command]);
    const refusal = { code: 'insufficient_funds', account: 'alice', available: '0', required: '5' };
    expect(results[0]?.outcome).toMatchObject({ status: 'rejected', rejection: refusal });
    expect(await stored(command.id)).toMatchObject({
      status: 'rejected',
      rejection: refusal,
      description: 'kept',
    });
    expect(touched).toEqual([]);
    expect(await entries()).toEqual([]);
    expect(await balances()).toEqual([]);
  });

  test('invariant 2: answers a command that is stored with its outcome, and applies nothing twice', async () => {
    const [good, bad] = [transfer(ledger, 'world>alice 9'), transfer(ledger, 'bob>alice 9')];
    const first = await commitBatch(session, [good, bad]);
    await commitBatch(session, [transfer(ledger, 'world>bob 9')]);
    const again = await commitBatch(session, [bad, good, good]);
    expect(again.results.map(({ replay }) => replay)).toEqual([true, true, true]);
    expect(again.results.map(({ outcome }) => outcome)).toEqual([
      first.results[1]?.outcome,
      first.results[0]?.outcome,
      first.results[0]?.outcome,
    ]);
    expect(await balances()).toEqual(['alice 9 v1', 'bob 9 v1', 'world -18 v2']);
    expect(await sequences()).toEqual([1, 2, 3]);
  });

  test('invariant 2: returns the present balances of all that a replay touches', async () => {
    const command = transfer(ledger, 'world>alice 9');
    await commitBatch(session, [command]);
    await commitBatch(session, [transfer(ledger, 'world>alice 1')]);
    const again = await commitBatch(session, [command]);
    expect(
      again.balances.map(({ address, posted, version }) => [address, posted, version]),
    ).toEqual(
      expect.arrayContaining([
        ['alice', 10n, 2],
        ['world', -10n, 2],
      ]),
    );
  });

  test('invariant 3: finds a late conflict by the stored fingerprint; the first stands', async () => {
    const first = transfer(ledger, 'world>alice 9');
    await commitBatch(session, [first]);
    const { results } = await commitBatch(session, [
      transfer(ledger, 'world>alice 8', { id: first.id }),
    ]);
    expect(results[0]).toMatchObject({ replay: true, conflict: true });
    expect(results[0]?.outcome.fingerprint).toBe(first.fingerprint);
    expect(await balances()).toEqual(['alice 9 v1', 'world -9 v1']);
  });

  test('invariant 6: gives every outcome the next sequence of its ledger, rejections too', async () => {
    const other = await books.createLedger(`other-${ledgers}`);
    await commitBatch(session, [
      transfer(ledger, 'world>alice 1'),
      transfer(other, 'world>alice 1'),
      transfer(ledger, 'alice>bob 5'),
    ]);
    await commitBatch(session, [transfer(other, 'alice>bob 5'), transfer(ledger, 'alice>bob 1')]);
    expect(await sequences()).toEqual([1, 2, 3]);
    expect(await sequences(other)).toEqual([1, 2]);
  });

  test('invariant 6: never lets posted_at run back, although the clock did', async () => {
    await commitBatch(session, [transfer(ledger, 'world>alice 1')]);
    // As if the clock had been half a minute ahead.
    const [ahead] = await books.rows<{ at: string }>(
      `with l as (update ledgers set last_posted_at = last_posted_at + interval '30 s' where id = $1 returning last_posted_at)
       update transactions set posted_at = l.last_posted_at from l where ledger_id = $1 returning instant_text(posted_at) as at`,
      [ledger],
    );
    await chainLedgers(books.client);
    const { results } = await commitBatch(session, [transfer(ledger, 'world>alice 1')]);
    expect(results[0]?.outcome.postedAt).toBe(ahead?.at);
  });

  test('leaves the indexer one outbox row for each ledger that it changed', async () => {
    const other = await books.createLedger(`other-${ledgers}`);
    const idle = await books.createLedger(`idle-${ledgers}`);
    const known = transfer(idle, 'world>zoe 1');
    await commitBatch(session, [known]);
    await books.client.query('truncate outbox');
    await commitBatch(session, [
      transfer(ledger, 'world>alice 1'),
      transfer(other, 'bob>alice 1'),
      transfer(ledger, 'alice>bob 1'),
      known,
    ]);
    expect(
      await books.rows(
        'select ledger_id, first_sequence, last_sequence, addresses from outbox order by id',
      ),
    ).toEqual([
      {
        ledger_id: ledger,
        first_sequence: '1',
        last_sequence: '2',
        addresses: ['world', 'alice', 'bob'],
      },
      { ledger_id: other, first_sequence: '1', last_sequence: '1', addresses: [] },
    ]);
  });

  test('holds 38 digits, and rejects what needs more', async () => {
    const most = '9'.repeat(38);
    const { results } = await commitBatch(session, [
      transfer(ledger, `world>alice ${most}`),
      transfer(ledger, 'world>alice 1'),
    ]);
    expect(results.map(({ outcome }) => outcome.rejection?.code)).toEqual([
      undefined,
      'amount_overflow',
    ]);
    expect(await balances()).toEqual([`alice ${most} v1`, `world -${most} v1`]);
  });
});

describe('a commit beside another writer', () => {
  test('invariant 5: is taken back whole when a balance was changed under it', async () => {
    await commitBatch(session, [
      transfer(ledger, 'world>alice 9'),
      transfer(ledger, 'world>bob 9'),
    ]);
    const before = await everything();
    // The writer asks for no lock on the ledger; its uncommitted change holds the commit up between reading and writing.
    const writer = new Client({ connectionString: books.url });
    await writer.connect();
    await writer.query('begin');
    await writer.query(
      `update balances set version = version + 1 where ledger_id = $1 and address = 'alice'`,
      [ledger],
    );
    const commit = commitBatch(session, [transfer(ledger, 'alice>bob 5')]).catch((error) => error);
    await waitForLock();
    await writer.query('commit');
    expect(await commit).toMatchObject({
      message: 'update_balances wrote 1 of 2 rows: another writer was here',
    });
    await writer.query(
      `update balances set version = version - 1 where ledger_id = $1 and address = 'alice'`,
      [ledger],
    );
    await writer.end();
    expect(await everything()).toEqual(before);
    const { results } = await commitBatch(session, [transfer(ledger, 'alice>bob 5')]);
    expect(results[0]?.outcome).toMatchObject({ status: 'posted', sequence: 3 });
  });

  test('invariant 5: two sessions on the same ledger take turns by its row, even without a lock of their own', async () => {
    const second = await openSession(books.url, 1);
    try {
      const same = transfer(ledger, 'world>alice 1');
      for (let round = 0; round < 20; round++) {
        await Promise.all(
          [session, second].map((each) =>
            commitBatch(each, [transfer(ledger, 'world>alice 1'), same]),
          ),
        );
      }
      expect(await balances()).toEqual(['alice 41 v41', 'world -41 v41']);
      expect(await sequences()).toEqual(Array.from({ length: 41 }, (_, i) => i + 1));
    } finally {
      second.destroy();
    }
  });

  test('invariant 13: waits for a settings write in progress, and obeys it', async () => {
    await commitBatch(session, [transfer(ledger, 'world>alice 9')]);
    const writer = new Client({ connectionString: books.url });
    await writer.connect();
    await writer.query('begin');
    await writer.query(
      `select put_account_settings($1, 'alice', 'debit', '{}', '{"USD/2","BRL/2"}', '{0,0}', '{null,null}', null)`,
      [ledger],
    );
    const commit = commitBatch(session, [transfer(ledger, 'alice>bob 5')]);
    await waitForLock();
    await writer.query('commit');
    await writer.end();
    expect((await commit).results[0]?.outcome.rejection?.code).toBe('account_frozen');
  });
});

const stored = (id: string) => storedTransaction(books, id);
const entries = () => storedEntries(books, ledger);
const everything = () => storedRows(books);

async function balances(): Promise<string[]> {
  const rows = await books.rows<{ line: string }>(
    `select address || ' ' || posted || ' v' || version as line from balances where ledger_id = $1 order by address`,
    [ledger],
  );
  return rows.map(({ line }) => line);
}

async function sequences(of = ledger): Promise<number[]> {
  const rows = await books.rows<{ sequence: string }>(
    'select sequence from transactions where ledger_id = $1 order by sequence',
    [of],
  );
  return rows.map(({ sequence }) => Number(sequence));
}

async function waitForLock(): Promise<void> {
  const waiting = `select 1 from pg_stat_activity
    where application_name like 'razao committer%' and wait_event_type = 'Lock' and datname = current_database()`;
  while ((await books.rows(waiting)).length === 0);
}
