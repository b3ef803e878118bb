import { until } from '@razao/stack/test/until.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { transfer } from '../test/client.ts';
import { openTestApi, type TestApi } from '../test/open-test-api.ts';
import { expectProblem } from '../test/problem.ts';
import { queuedChunks } from '../test/queue.ts';

// Behind the URL of a running API stands another database than before: after a failover, a restore, or a slip of the hand.
// Here it is the same one, changed while the API cannot look.
let api: TestApi;
let ledger: string;
let path: string;

beforeAll(async () => {
  api = await openTestApi({ worker: true });
  ledger = await api.newLedger();
  path = `/v1/ledgers/${ledger}`;
  expect((await api.post(ledger, transfer(), { wait: 10 })).status).toBe(201);
});
afterAll(() => api?.close());

test('a database of another installation: nothing is read, accepted or changed, and it is said', async () => {
  const mine = await rename('another', { unseen: true });
  // Already the first new connection is refused.
  await until('it has been asked', async () => (await api.get('/readyz')).status === 503);
  await isForeign();
  await rename(mine, { unseen: true });
  await goesOn();
});

test('a pooler that leads elsewhere under a connection that stays: the same', async () => {
  expect((await api.get(path)).status).toBe(200);
  const mine = await rename('another', { unseen: false });
  await isForeign();
  await rename(mine, { unseen: false });
  await goesOn();
});

test('one that lacks a ledger: it is not found, and one of its name is another', async () => {
  await api.stopWorker();
  const lost = await api.newLedger();
  expect((await api.post(lost, transfer(), { key: 'lost' })).status).toBe(202);
  await unseen(async () => {
    await api.database.query('delete from ledgers where name = $1', [lost]);
  });
  expectProblem(await api.post(lost, transfer()), 404, 'ledger_not_found');
  expect((await api.send('PUT', `/v1/ledgers/${lost}`, { json: {} })).status).toBe(201);
  const answer = await api.post(lost, transfer(), { key: 'lost' });
  expect([answer.status, answer.headers.has('idempotency-replayed')]).toEqual([202, false]);
  const chunks = await queuedChunks(api.redis);
  const uids = chunks.flatMap(({ commands }) => commands.map(({ ledgerUid }) => ledgerUid));
  expect(new Set(uids).size).toBe(2);
  await api.startWorker();
  await until('one is posted', async () => (await posted(lost)) === 1);
  await until('the other is set aside', async () => (await aside(lost)) === 1);
});

test('one that lacks what was posted: it is not told as posted, nor as unknown', async () => {
  const { body } = await api.post(ledger, transfer(), { wait: 10 });
  await unseen(async () => {
    await api.database.query('delete from transactions where id = $1', [body['id']]);
  });
  for (const wait of ['', '?wait=5']) {
    const answer = await api.get(`${path}/transactions/${body['id']}${wait}`);
    expectProblem(answer, 503, 'unavailable');
  }
});

/** Gives the database another installation, whether or not the API's connections stay; returns the one before. */
async function rename(installation: string, how: { unseen: boolean }): Promise<string> {
  const { rows } = await api.database.query<{ value: string }>(
    `select value from settings where name = 'installation'`,
  );
  const change = async () => {
    const text = `update settings set value = $1 where name = 'installation'`;
    await api.database.query(text, [installation]);
  };
  await (how.unseen ? unseen(change) : change());
  return rows[0]?.value ?? '';
}

/** Changes the database while the API cannot reach it. */
async function unseen(change: () => Promise<void>): Promise<void> {
  await api.postgres.cut();
  // Whoever has no connection is told of a cut by the next one only.
  await until('it has noticed', async () => {
    const { body } = await api.get('/readyz');
    return (body['dependencies'] as Dependencies)['postgres']?.ok === false;
  });
  await change();
  await api.postgres.mend();
}

type Dependencies = Record<string, { ok: boolean; fault?: string }>;

async function isForeign(): Promise<void> {
  await until('it says so', async () => {
    const answer = await api.get('/readyz');
    const { fault = '' } = (answer.body['dependencies'] as Dependencies)['installation'] ?? {};
    return answer.status === 503 && /for installation \w+, .* of installation another/.test(fault);
  });
  for (const at of [path, `${path}/accounts/users:1`]) {
    expectProblem(await api.get(at), 503, 'unavailable');
    expectProblem(await api.send('PUT', at, { json: {} }), 503, 'unavailable');
  }
  expectProblem(await api.post(ledger, transfer()), 503, 'unavailable');
}

async function goesOn(): Promise<void> {
  await until('it is ready again', async () => {
    const { status, body } = await api.get('/readyz');
    const { installation, postgres } = body['dependencies'] as Dependencies;
    return status === 200 && installation?.ok === true && postgres?.ok === true;
  });
  expect((await api.post(ledger, transfer(), { wait: 10 })).status).toBe(201);
}

async function posted(name: string): Promise<number> {
  const { body } = await api.get(`/v1/ledgers/${name}`);
  return (body['chain_head'] as { sequence: number }).sequence;
}

function aside(name: string): Promise<number> {
  return api.redis.hlen(`${api.keysOf(name).tag}:aside`);
}
