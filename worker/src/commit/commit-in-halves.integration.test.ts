import type { Command } from '@razao/shared/contract/command.ts';
import { COMMIT_LOCK_MS_MAX } from '@razao/shared/contract/limits.ts';
import { transfer } from '@razao/shared/test/commands.ts';
import { runChecks } from '@razao/sql/check.ts';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Books, openBooks, openSession } from '../../test/books.ts';
import type { LockSession } from '../leadership/lock-session.ts';
import { ShardStopped } from '../leadership/shard-stopped.ts';
import type { Commit } from './commit-batch.ts';
import { commitInHalves } from './commit-in-halves.ts';

/** Takes a `trigger` away again. */
const UNTRIGGER = 'drop function fail cascade';

let books: Books;
let session: LockSession;
let ledger: number;
let ledgers = 0;
let tooSlow: unknown[];
let unprocessable: { ids: string[]; cause: unknown }[];

beforeAll(async () => {
  books = await openBooks();
  session = await openSession(books.url);
  await books.client.query(
    `alter table transactions add constraint refuses check (description is distinct from 'refuse me')`,
  );
});
afterAll(async () => {
  session?.destroy();
  await books?.close();
});
beforeEach(async () => {
  ledgers += 1;
  ledger = await books.createLedger(`book-${ledgers}`);
  unprocessable = [];
  tooSlow = [];
});

describe('invariant 9: a bad command fails alone', () => {
  // Each place within a batch of 7, and two at once.
  test.each([[[0]], [[3]], [[6]], [[0, 6]], [[2, 3]]])('at %j in its batch', async (places) => {
    const commands = Array.from({ length: 7 }, (_, i) =>
      transfer(ledger, 'world>alice 1', places.includes(i) ? { description: 'refuse me' } : {}),
    );
    await commit(commands);
    expect(await stored()).toEqual(
      commands.map(({ id }, i) => [id, places.includes(i) ? 'processing_failed' : 'posted']),
    );
    expect(unprocessable).toEqual(
      places.map((place) => ({
        ids: [commands[place]?.id],
        cause: expect.objectContaining({ code: '23514', constraint: 'refuses' }),
      })),
    );
    expect(await runChecks(books.client)).toEqual([]);
  });

  test('and is stored with its id, its fingerprint and the code, and nothing of its own', async () => {
    const bad = transfer(ledger, 'world>alice 1', {
      description: 'refuse me',
      reference: 'r',
      metadata: { a: 'b' },
      effectiveAt: '2026-01-01T00:00:00.000000Z',
    });
    const [only] = await commit([bad]);
    const [row] = await books.rows(
      `select id, encode(fingerprint, 'base64') as fingerprint, postings, description, reference, metadata, effective_at,
         rejection from transactions where ledger_id = $1`,
      [ledger],
    );
    expect(row).toEqual({
      id: bad.id,
      fingerprint: bad.fingerprint,
      postings: [],
      description: null,
      reference: null,
      metadata: null,
      effective_at: null,
      rejection: { code: 'processing_failed', detail: expect.any(String) },
    });
    expect(only?.results[0]?.outcome.rejection?.code).toBe('processing_failed');
    expect(only?.balances).toEqual([]);
  });

  test('while its neighbours post in order: a withdrawal still finds the deposit before it', async () => {
    const commands = [
      transfer(ledger, 'world>alice 5'),
      transfer(ledger, 'alice>bob 5'),
      transfer(ledger, 'world>alice 9', { description: 'refuse me' }),
      transfer(ledger, 'alice>bob 1'),
      transfer(ledger, 'bob>alice 5'),
    ];
    const commits = await commit(commands);
    const outcomes = commits.flatMap(({ results }) => results.map(({ outcome }) => outcome));
    expect(outcomes.map(({ rejection, status }) => rejection?.code ?? status)).toEqual([
      'posted',
      'posted',
      'processing_failed',
      'insufficient_funds',
      'posted',
    ]);
    expect(outcomes.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4, 5]);
    expect(commits.flatMap((each) => each.commands)).toEqual(commands);
  });

  test('also where the rules themselves throw', async () => {
    const posting = { source: 'world', destination: 'alice', asset: 'BRL/2', amount: 'much' };
    const strange = transfer(ledger, 'world>alice 1', { postings: [posting] });
    const commands = [transfer(ledger, 'world>alice 1'), strange];
    await commit(commands);
    expect(await stored()).toEqual([
      [commands[0]?.id, 'posted'],
      [strange.id, 'processing_failed'],
    ]);
    expect(unprocessable.map(({ ids }) => ids)).toEqual([[strange.id]]);
  });

  test("but a ledger that the database lacks is nobody's fault", async () => {
    const commands = [transfer(ledger, 'world>alice 1'), transfer(999, 'world>alice 1')];
    await expect(commit(commands)).rejects.toThrow('the database lacks the ledgers ledger-00999');
    expect(await stored()).toEqual([]);
    expect(unprocessable).toEqual([]);
  });

  test('and is a replay when it comes again', async () => {
    const bad = transfer(ledger, 'world>alice 1', { description: 'refuse me' });
    await commit([bad]);
    const [again] = await commit([bad, transfer(ledger, 'world>alice 1')]);
    expect(again?.results.map(({ replay }) => replay)).toEqual([true, false]);
    expect(unprocessable).toHaveLength(1);
  });
});

describe('an atomic bulk', () => {
  const BULK = `${'A'.repeat(43)}=`;
  const member = (postings: string, description: string | null = null): Command =>
    transfer(ledger, postings, { atomic: BULK, description });

  // Halves of the commands would part the bulk in each of these places.
  test.each([0, 1, 2, 3, 4])('is never parted: %d commands stand before it', async (before) => {
    const single = (): Command => transfer(ledger, 'world>alice 1');
    const bulk = [
      member('world>bob 5'),
      member('bob>carol 5', 'refuse me'),
      member('carol>bob 1'),
      member('bob>world 1'),
    ];
    const singles = Array.from({ length: 6 }, single);
    const commands = [...singles.slice(0, before), ...bulk, ...singles.slice(before)];
    const commits = await commit(commands);
    expect(await stored()).toEqual(
      commands.map((command) => [
        command.id,
        bulk.includes(command) ? 'processing_failed' : 'posted',
      ]),
    );
    expect(unprocessable).toEqual([
      { ids: bulk.map(({ id }) => id), cause: expect.objectContaining({ code: '23514' }) },
    ]);
    const apart = commits.filter((each) => each.commands.some((one) => bulk.includes(one)));
    expect(apart.map((each) => each.commands)).toEqual([bulk]);
    expect(await runChecks(books.client)).toEqual([]);
  });

  test('is posted whole where another command of the batch cannot be processed', async () => {
    const bulk = [member('world>bob 5'), member('bob>carol 5'), member('carol>bob 1')];
    const bad = transfer(ledger, 'world>alice 1', { description: 'refuse me' });
    await commit([...bulk, bad]);
    expect((await stored()).map(([, fate]) => fate)).toEqual([
      ...bulk.map(() => 'posted'),
      'processing_failed',
    ]);
  });
});

test('a shard that stops tells what was committed until then, and nothing behind it is', async () => {
  const commands = Array.from({ length: 8 }, (_, n) =>
    transfer(ledger, 'world>alice 1', n === 5 ? { description: 'refuse me' } : {}),
  );
  const stopped = new ShardStopped(0);
  const told: Commit[] = [];
  const stops = commitInHalves(session, commands, {
    onUnprocessable() {
      throw stopped;
    },
    onCommit: (each) => told.push(each),
    onTooSlow: () => {},
  });
  await expect(stops).rejects.toBe(stopped);
  expect(told.flatMap((each) => each.commands)).toEqual(commands.slice(0, 5));
  expect(await stored()).toEqual(commands.slice(0, 5).map(({ id }) => [id, 'posted']));
});

describe('invariant 9: a bad day rejects nobody:', () => {
  /** What is wrong, as SQL that makes it and that mends it, and the SQLSTATE that comes of it. */
  const DAYS: readonly [day: string, breaks: string, mends: string, code: string][] = [
    [
      'a column that was renamed',
      'alter table transactions rename column description to about',
      'alter table transactions rename column about to description',
      '42703',
    ],
    [
      'a table that is gone',
      'alter table outbox rename to inbox',
      'alter table inbox rename to outbox',
      '42P01',
    ],
    ['a serialization failure', trigger('40001'), UNTRIGGER, '40001'],
    ['a deadlock', trigger('40P01'), UNTRIGGER, '40P01'],
    ['a full disk', trigger('53100'), UNTRIGGER, '53100'],
    ['a server that stops', trigger('57P01'), UNTRIGGER, '57P01'],
    ['a bug of Postgres', trigger('XX000'), UNTRIGGER, 'XX000'],
  ];

  test.each(DAYS)('%s', async (_, breaks, mends, code) => {
    const commands = [transfer(ledger, 'world>alice 1'), transfer(ledger, 'alice>bob 1')];
    await books.client.query(breaks);
    try {
      await expect(commit(commands)).rejects.toMatchObject({ code });
    } finally {
      await books.client.query(mends);
    }
    await expectUntouched();
    await commit(commands);
    expect(await stored()).toEqual(commands.map(({ id }) => [id, 'posted']));
  });

  test("somebody's lock on a row, which is waited for whole", async () => {
    const commands = Array.from({ length: 4 }, () => transfer(ledger, 'world>alice 1'));
    await session.query('set lock_timeout = 200');
    await books.client.query('begin');
    await books.client.query('select from ledgers where id = $1 for update', [ledger]);
    await expect(commit(commands)).rejects.toMatchObject({ code: '55P03' });
    await books.client.query('rollback');
    await session.query(`set lock_timeout = ${COMMIT_LOCK_MS_MAX}`);
    expect(tooSlow).toEqual([]);
    await expectUntouched();
    expect(await commit(commands)).toHaveLength(1);
  });
});

describe('a commit that takes too long', () => {
  const ROW_MS = 50;
  const STATEMENT_MS_MAX = 400;
  const QUICK =
    'create or replace function fail() returns trigger language plpgsql as $$ begin return new; end $$';
  let slow: LockSession;
  let fast: LockSession;

  beforeEach(async () => {
    slow = await openSession(books.url, 1);
    await slow.query(`set statement_timeout = ${STATEMENT_MS_MAX}`);
    fast = session;
    session = slow;
    await books.client.query(
      `create function fail() returns trigger language plpgsql as $$
        begin perform pg_sleep(${ROW_MS / 1_000}); return new; end $$;
      create trigger fail before insert on transactions for each row execute function fail()`,
    );
  });
  afterEach(async () => {
    session = fast;
    slow.destroy();
    await books.client.query(UNTRIGGER);
  });

  test('is halved until it does not, in order, and the next starts with as much', async () => {
    const commands = Array.from({ length: 20 }, () => transfer(ledger, 'world>alice 1'));
    const commits = await commit(commands);
    expect(await stored()).toEqual(commands.map(({ id }) => [id, 'posted']));
    expect(unprocessable).toEqual([]);
    expect(commits.flatMap((each) => each.commands)).toEqual(commands);
    expect(tooSlow.length).toBeGreaterThan(1);
    for (const cause of tooSlow) expect(cause).toMatchObject({ code: '57014' });
    await books.client.query(QUICK);
    const sizes: number[] = [];
    for (let i = 0; i < 4; i++) {
      const more = Array.from({ length: 20 }, () => transfer(ledger, 'world>alice 1'));
      sizes.push((await commit(more)).length);
    }
    // Each quick commit lets the next have twice as much.
    expect([sizes.at(0), sizes.at(-1)]).toEqual([expect.toSatisfy((n) => n > 1), 1]);
    expect(await runChecks(books.client)).toEqual([]);
  });

  test('is never parted within an atomic bulk, and rejects nobody although nothing helps', async () => {
    const atomic = `${'A'.repeat(43)}=`;
    const before = transfer(ledger, 'world>alice 1');
    const bulk = Array.from({ length: 12 }, () => transfer(ledger, 'world>bob 1', { atomic }));
    const after = transfer(ledger, 'world>alice 1');
    const told: string[] = [];
    const tries = commitInHalves(session, [before, ...bulk, after], {
      onUnprocessable: (group, cause) =>
        unprocessable.push({ ids: group.map(({ id }) => id), cause }),
      onCommit: (each) => told.push(...each.commands.map(({ id }) => id)),
      onTooSlow: (cause) => tooSlow.push(cause),
    });
    await expect(tries).rejects.toMatchObject({ code: '57014' });
    expect(unprocessable).toEqual([]);
    expect(told).toEqual([before.id]);
    expect(await stored()).toEqual([[before.id, 'posted']]);
    await books.client.query(QUICK);
    await commit([...bulk, after]);
    expect(await stored()).toEqual([before, ...bulk, after].map(({ id }) => [id, 'posted']));
  });
});

async function commit(commands: readonly Command[]): Promise<Commit[]> {
  const commits: Commit[] = [];
  await commitInHalves(session, commands, {
    onUnprocessable: (group, cause) =>
      unprocessable.push({ ids: group.map(({ id }) => id), cause }),
    onCommit: (each) => commits.push(each),
    onTooSlow: (cause) => tooSlow.push(cause),
  });
  return commits;
}

async function expectUntouched(): Promise<void> {
  expect(unprocessable).toEqual([]);
  expect(await stored()).toEqual([]);
  expect(await runChecks(books.client)).toEqual([]);
}

/** Ids in the order of their sequences, each with what became of it. */
async function stored(): Promise<[id: string, fate: string][]> {
  const rows = await books.rows<{ id: string; fate: string }>(
    `select id, coalesce(rejection ->> 'code', status) as fate from transactions where ledger_id = $1 order by sequence`,
    [ledger],
  );
  return rows.map(({ id, fate }) => [id, fate]);
}

/** Makes the last write of every commit fail with a code. */
function trigger(sqlstate: string): string {
  return `create function fail() returns trigger language plpgsql as $$
    begin raise exception 'on purpose' using errcode = '${sqlstate}'; end $$;
    create trigger fail before insert on outbox execute function fail()`;
}
