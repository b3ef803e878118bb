import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { transfer } from '../../test/client.ts';
import { openTestApi, type TestApi } from '../../test/open-test-api.ts';
import { expectProblem } from '../../test/problem.ts';

const GENESIS = '0'.repeat(64);

let api: TestApi;

beforeAll(async () => {
  api = await openTestApi({ worker: true });
});
afterAll(() => api.close());

test('a new ledger is 201, and there at once', async () => {
  const name = newName();
  expectProblem(await api.get(`/v1/ledgers/${name}`), 404, 'ledger_not_found');
  const created = await put(name, {});
  expect(created.status).toBe(201);
  expect(created.body).toEqual({
    name,
    accounts: 'auto',
    metadata: {},
    created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/),
    chain_head: { sequence: 0, hash: GENESIS },
  });
  expect(await api.get(`/v1/ledgers/${name}`)).toMatchObject({ status: 200, body: created.body });
  expect((await api.post(name, transfer())).status).toBe(202);
});

test.each([
  [{}, {}],
  [{}, { accounts: 'auto' }],
  [{ accounts: 'auto' }, {}],
  [{ accounts: 'explicit' }, { accounts: 'explicit' }],
  [{ accounts: 'explicit' }, {}],
])('a ledger made with %j and put again with %j is 200, the same', async (first, second) => {
  const name = newName();
  const created = await put(name, first);
  const again = await put(name, second);
  expect(again).toMatchObject({ status: 200, body: created.body });
});

test.each([
  [{}, { accounts: 'explicit' }],
  [{ accounts: 'auto' }, { accounts: 'explicit' }],
  [{ accounts: 'explicit' }, { accounts: 'auto' }],
])('a ledger made with %j and put again with %j is a 409 and stays', async (first, second) => {
  const name = newName();
  const created = await put(name, first);
  const answer = await put(name, { ...second, metadata: { a: 'b' } });
  expectProblem(answer, 409, 'ledger_conflict');
  expect((await api.get(`/v1/ledgers/${name}`)).body).toEqual(created.body);
});

test('metadata is replaced as a whole, and kept where none is sent', async () => {
  const name = newName();
  expect((await put(name, { metadata: { a: '1', b: '2' } })).body['metadata']).toEqual({
    a: '1',
    b: '2',
  });
  expect((await put(name, {})).body['metadata']).toEqual({ a: '1', b: '2' });
  const odd = { constructor: '\ud83d\ude80', '\u00e9/~"': '' };
  expect((await put(name, { metadata: odd })).body['metadata']).toEqual(odd);
  expect((await put(name, { metadata: {} })).body['metadata']).toEqual({});
});

test('If-None-Match: * writes only a ledger that does not exist', async () => {
  const path = `/v1/ledgers/${newName()}`;
  const write = (b: string) =>
    api.send('PUT', path, { json: { metadata: { b } }, headers: { 'If-None-Match': '*' } });
  expect((await write('1')).status).toBe(201);
  expectProblem(await write('2'), 412, 'version_mismatch');
  expect((await api.get(path)).body).toMatchObject({ metadata: { b: '1' } });
});

test('the chain head moves with every outcome, rejections too', async () => {
  const name = newName();
  await put(name, {});
  await api.post(name, transfer(), { wait: 10 });
  const one = (await api.get(`/v1/ledgers/${name}`)).body['chain_head'];
  expect(one).toEqual({ sequence: 1, hash: expect.stringMatching(/^[0-9a-f]{64}$/) });
  await api.post(name, transfer('nobody', 'users:1'), { wait: 10 });
  const two = (await api.get(`/v1/ledgers/${name}`)).body['chain_head'];
  expect(two).toMatchObject({ sequence: 2 });
  const hashes = [GENESIS, ...[one, two].map((head) => (head as { hash: string }).hash)];
  expect(new Set(hashes).size).toBe(3);
});

test.each(['0', 'a', 'a-b_c', '0'.repeat(63)])('a ledger may have the name %s', async (name) => {
  expect((await put(name, {})).status).toBe(201);
});

test('of many who create a ledger at once one gets 201, the others 200', async () => {
  const name = newName();
  const answers = await Promise.all(Array.from({ length: 10 }, () => put(name, {})));
  const statuses = answers.map(({ status }) => status).sort();
  expect(statuses).toEqual([...Array(9).fill(200), 201]);
});

function put(name: string, json: unknown) {
  return api.send('PUT', `/v1/ledgers/${name}`, { json });
}

function newName(): string {
  return `l-${randomUUID()}`;
}
