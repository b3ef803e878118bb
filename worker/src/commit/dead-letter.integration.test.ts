import type { Command } from '@razao/shared/contract/command.ts';
import { decodeRecord, encodeQueued } from '@razao/shared/contract/status-record.ts';
import {
  addDeadLetter,
  readDeadLetters,
  retryDeadLetter,
} from '@razao/shared/queue/dead-letters.ts';
import { discardDeadLetter } from '@razao/shared/queue/discard.ts';
import { discardedKey, recordKey } from '@razao/shared/runtime/keys.ts';
import { expiry, hold, release, testUid, transfer } from '@razao/shared/test/commands.ts';
import { emptyRedis } from '@razao/shared/test/redis.ts';
import { runChecks } from '@razao/sql/check.ts';
import { until } from '@razao/stack/test/until.ts';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openWorkerBench, type WorkerBench } from '../../test/worker-bench.ts';

const MISSING = 2_000_000;
const DECISION = { reason: 'its books are gone', by: 'somebody' };
const REJECTED = 'processing_failed';

let bench: WorkerBench;
let ledger: number;
let ledgers = 0;

beforeAll(async () => {
  bench = await openWorkerBench();
});
afterAll(() => bench?.close());
beforeEach(async () => {
  ledgers += 1;
  ledger = await bench.createLedger(`book-${ledgers}`);
});
afterEach(async () => {
  await bench.stopWorkers();
  expect(await runChecks(bench.client)).toEqual([]);
  await emptyRedis(bench.redis);
});

describe('a chunk of which a part was set aside', () => {
  test('cannot be retried, nor discarded, while the rest of it is not posted; then nothing of it is lost', async () => {
    await bench.client.query(`
      create function full_disk() returns trigger language plpgsql as $$
      begin raise exception 'no space' using errcode = '53100'; end $$;
      create trigger full_disk before insert on outbox execute function full_disk()`);
    const [known, lost] = [transfer(ledger, 'world>a 1'), transfer(MISSING, 'world>b 1')];
    await bench.enqueue([known, lost], 'c-parted');
    await bench.startWorker();
    await until(
      'a part is aside',
      async () => (await readDeadLetters(bench.redis, bench.keys)).length === 1,
    );
    // The operator mends the cause: the ledger is there again.
    await bench.client.query(
      `insert into ledgers (id, uid, name, accounts) overriding system value values ($1, $2, 'lost', 'auto')`,
      [MISSING, testUid(MISSING)],
    );
    expect(await retryDeadLetter(bench.redis, bench.keys, 'c-parted')).toBe('in the queue');
    expect(await discardDeadLetter(bench.redis, bench.keys, 'c-parted', DECISION)).toMatchObject({
      moved: 'in the queue',
    });
    expect(await readDeadLetters(bench.redis, bench.keys)).toMatchObject([
      { data: { commands: [lost] } },
    ]);
    await bench.client.query('drop trigger full_disk on outbox; drop function full_disk');
    await bench.untilDrained();
    expect(await bench.fates(ledger)).toEqual([[known.id, 'posted']]);
    expect(await bench.fates(MISSING)).toEqual([]);
    expect(await retryDeadLetter(bench.redis, bench.keys, 'c-parted')).toBe('moved');
    await bench.untilDrained();
    expect(await bench.fates(MISSING)).toEqual([[lost.id, 'posted']]);
    expect(await readDeadLetters(bench.redis, bench.keys)).toEqual([]);
  });
});

describe('a chunk that was discarded', () => {
  test('has what is not in the ledger yet rejected, and nothing else changed; its clients hear of both', async () => {
    const worker = await bench.startWorker();
    const [first, second] = [hold(ledger, 'world>a 5'), transfer(ledger, 'world>a 1')];
    await bench.enqueue([first, second]);
    await bench.untilDrained();
    const others = [release(ledger, first.id), transfer(ledger, 'a>b 1'), hold(ledger, 'a>b 1')];
    const commands = [first, ...others, second];
    await recordQueued('c-bad', others);
    await addDeadLetter(bench.redis, bench.keys, { id: 'c-bad', reason: '', data: { commands } });
    expect(await discardDeadLetter(bench.redis, bench.keys, 'c-bad', DECISION)).toEqual({
      moved: 'moved',
      rejecting: 5,
      whole: true,
    });
    await bench.untilDrained();
    expect(await bench.fates(ledger)).toEqual([
      [first.id, 'pending'],
      [second.id, 'posted'],
      ...others.map(({ id }) => [id, REJECTED]),
    ]);
    expect(await statuses(commands)).toEqual([
      'pending',
      ...others.map(() => 'rejected'),
      'posted',
    ]);
    expect(await worker.metric('razao_redelivered_total')).toBe(2);
    expect(await worker.metric('razao_shard_stopped')).toBe(0);
    const bare = await bench.rows(
      `select postings, description, target from transactions where ledger_id = $1 and status = 'rejected'`,
      [ledger],
    );
    expect(bare).toEqual(others.map(() => ({ postings: [], description: null, target: null })));
    // Later ones go by what has become of it.
    const late = transfer(ledger, 'world>a 1', { dependsOn: others[1]?.id ?? '' });
    await bench.enqueue([late]);
    await bench.untilDrained();
    expect((await bench.fates(ledger)).at(-1)).toEqual([late.id, 'dependency_failed']);
  });

  test('stays among the discarded, with who and why and when and all that it was', async () => {
    const data = { v: 1, commands: [transfer(ledger, 'world>a 1')] };
    await addDeadLetter(bench.redis, bench.keys, { id: 'c-bad', reason: 'is of version 1', data });
    await discardDeadLetter(bench.redis, bench.keys, 'c-bad', DECISION);
    await bench.startWorker();
    await bench.untilDrained();
    const kept = JSON.parse(String(await bench.redis.hget(discardedKey(bench.keys), 'c-bad')));
    expect(kept).toEqual({
      ...DECISION,
      at: expect.stringMatching(/^20\d\d-.*Z$/),
      aside: { reason: 'is of version 1', since: expect.stringMatching(/Z$/), data },
    });
    expect(await readDeadLetters(bench.redis, bench.keys)).toEqual([]);
  });

  test.each<[string, (known: Command) => unknown]>([
    ['that is no JSON', () => 'not JSON'],
    ['with one command that says nothing', (known) => ({ v: 2, needs: 1, commands: [known, {}] })],
    ['with nothing in it', () => ({ v: 2, needs: 1, commands: [] })],
  ])('%s has the commands rejected whose records name it', async (_, damaged) => {
    const commands = [transfer(ledger, 'world>a 1'), hold(ledger, 'world>a 1')] as const;
    const elsewhere = [transfer(ledger, 'world>a 1')];
    await recordQueued('c-bad', commands);
    await recordQueued('c-other', elsewhere);
    const data = damaged(commands[0]);
    await addDeadLetter(bench.redis, bench.keys, { id: 'c-bad', reason: '', data });
    expect(await discardDeadLetter(bench.redis, bench.keys, 'c-bad', DECISION)).toEqual({
      moved: 'moved',
      rejecting: 2,
      whole: false,
    });
    await bench.startWorker();
    await bench.untilDrained();
    expect(new Set(await bench.fates(ledger))).toEqual(
      new Set(commands.map(({ id }) => [id, REJECTED])),
    );
    expect(await statuses([...commands, ...elsewhere])).toEqual(['rejected', 'rejected', 'queued']);
  });

  test('of which nothing can be read is kept, and nothing is queued', async () => {
    await addDeadLetter(bench.redis, bench.keys, { id: 'c-bad', reason: '', data: 7 });
    expect(await discardDeadLetter(bench.redis, bench.keys, 'c-bad', DECISION)).toEqual({
      moved: 'moved',
      rejecting: 0,
      whole: false,
    });
    expect(await bench.redis.exists(bench.queue.toKey('c-bad'))).toBe(0);
    expect(await bench.redis.hlen(discardedKey(bench.keys))).toBe(1);
  });

  test('drops what has no ledger, and is not set aside again', async () => {
    const [known, lost] = [transfer(ledger, 'world>a 1'), transfer(MISSING + 1, 'world>b 1')];
    await bench.startWorker();
    for (const [id, commands] of [
      ['c-mixed', [lost, known]],
      ['c-lost', [lost]],
    ] as const) {
      await addDeadLetter(bench.redis, bench.keys, { id, reason: '', data: { commands } });
      await discardDeadLetter(bench.redis, bench.keys, id, DECISION);
    }
    await bench.untilDrained();
    expect(await bench.fates(ledger)).toEqual([[known.id, REJECTED]]);
    expect(await readDeadLetters(bench.redis, bench.keys)).toEqual([]);
    expect(await bench.redis.hlen(discardedKey(bench.keys))).toBe(2);
  });

  test('rejects no expiry, which is sent again: its hold ends', async () => {
    const held = hold(ledger, 'world>a 1');
    const end = expiry(ledger, held.id);
    await bench.startWorker();
    await bench.enqueue([held]);
    await addDeadLetter(bench.redis, bench.keys, {
      id: 'c-bad',
      reason: '',
      data: { commands: [end] },
    });
    expect(await discardDeadLetter(bench.redis, bench.keys, 'c-bad', DECISION)).toMatchObject({
      rejecting: 0,
    });
    await bench.enqueue([end]);
    await bench.untilDrained();
    expect(await bench.fates(ledger)).toEqual([
      [held.id, 'pending'],
      [end.id, 'posted'],
    ]);
  });

  test('by a version that does not know what is in it is not, and nothing is changed', async () => {
    const data = { v: 2, needs: 9, commands: [{}] };
    await addDeadLetter(bench.redis, bench.keys, { id: 'c-new', reason: '', data });
    await expect(discardDeadLetter(bench.redis, bench.keys, 'c-new', DECISION)).rejects.toThrow(
      'of level 9',
    );
    expect(await readDeadLetters(bench.redis, bench.keys)).toMatchObject([{ id: 'c-new', data }]);
    expect(await bench.redis.exists(discardedKey(bench.keys))).toBe(0);
  });
});

/** The records that an API stores when it admits commands to a chunk. */
async function recordQueued(chunk: string, commands: readonly Command[]): Promise<void> {
  for (const { ledgerUid, id, kind, fingerprint, acceptedAt } of commands) {
    const line = encodeQueued({ kind, acceptedAt, fingerprint, chunk });
    await bench.redis.set(recordKey(bench.keys, ledgerUid, id), line);
  }
}

/** What the records say of commands. */
async function statuses(commands: readonly Command[]): Promise<(string | undefined)[]> {
  const lines = await bench.redis.mget(
    commands.map((c) => recordKey(bench.keys, c.ledgerUid, c.id)),
  );
  return lines.map((line) => decodeRecord(line ?? '')?.status);
}
