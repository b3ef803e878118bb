import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Answer, transfer } from '../../test/client.ts';
import { closeLawful, openTestApi, type TestApi } from '../../test/open-test-api.ts';
import { expectProblem } from '../../test/problem.ts';

const PRIVATE = 'private, no-cache';

let api: TestApi;

beforeAll(async () => {
  api = await openTestApi({ worker: true });
});
afterAll(() => closeLawful(api));

describe('an account that was never used', () => {
  test('is empty in an auto ledger', async () => {
    const ledger = await api.newLedger();
    const answer = await get(ledger, 'users:1');
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual(account(ledger, 'users:1', {}));
    expect(answer.headers.get('etag')).toMatch(/^"[0-9]+-[0-9a-f]{64}"$/);
    expect(answer.headers.get('cache-control')).toBe(PRIVATE);
  });

  test('is a 404 in an explicit one, until it is put', async () => {
    const ledger = await api.newLedger({ accounts: 'explicit' });
    expectProblem(await get(ledger, 'users:1'), 404, 'account_not_found');
    const created = await put(ledger, 'users:1', {});
    expect(created).toMatchObject({
      status: 201,
      body: account(ledger, 'users:1', { version: 1 }),
    });
    expect(await get(ledger, 'users:1')).toMatchObject({ status: 200, body: created.body });
    expect((await put(ledger, 'users:1', {})).status).toBe(200);
  });

  test('is not made by being looked at', async () => {
    const ledger = await api.newLedger();
    await get(ledger, 'users:1');
    const { rows } = await api.database.query(
      'select 1 from accounts a join ledgers l on l.id = a.ledger_id where l.name = $1',
      [ledger],
    );
    expect(rows).toEqual([]);
  });
});

describe('an account', () => {
  test('has a balance for each asset, as text, with its version', async () => {
    const ledger = await api.newLedger();
    const big = '9'.repeat(37);
    const postings = [
      { source: 'world', destination: 'users:1', asset: 'BRL/2', amount: big },
      { source: 'world', destination: 'users:1', asset: 'JPY/0', amount: '7' },
      { source: 'users:1', destination: 'users:2', asset: 'JPY/0', amount: '3' },
    ];
    expect((await api.post(ledger, { postings }, { wait: 10 })).status).toBe(201);
    const money = { held: '0', overdraft_limit: '0', max_balance: null };
    expect((await get(ledger, 'users:1')).body).toEqual(
      account(ledger, 'users:1', {
        version: 1,
        balances: {
          'BRL/2': { ...money, posted: big, available: big, version: 1 },
          'JPY/0': { ...money, posted: '4', available: '4', version: 2 },
        },
      }),
    );
    expect((await get(ledger, 'world')).body['balances']).toMatchObject({
      'BRL/2': { posted: `-${big}`, available: `-${big}`, overdraft_limit: null },
    });
  });

  test('is found by its address, percent-encoded or not, and by no other', async () => {
    const ledger = await api.newLedger();
    const address = 'Users:A.b-c_d:9';
    await put(ledger, address, { metadata: { a: 'b' } });
    expect((await get(ledger, encodeURIComponent(address))).body).toMatchObject({
      address,
      metadata: { a: 'b' },
    });
    expect((await get(ledger, address.toLowerCase())).body['metadata']).toEqual({});
    expect((await get(await api.newLedger(), address)).body['metadata']).toEqual({});
  });

  test('is read with or without consistency=strong', async () => {
    const ledger = await api.newLedger();
    const answer = await api.get(`/v1/ledgers/${ledger}/accounts/users:1?consistency=strong`);
    expect(answer.body).toEqual((await get(ledger, 'users:1')).body);
  });
});

describe('settings', () => {
  test('are what was put, and what is left out goes back to its default', async () => {
    const ledger = await api.newLedger();
    const limits = {
      'BRL/2': { overdraft_limit: '500', max_balance: '1000' },
      'USD/2': { overdraft_limit: null, max_balance: '0' },
      'JPY/0': {},
    };
    const settings = { frozen: 'debit', metadata: { a: 'b' }, limits };
    const first = await put(ledger, 'users:1', settings);
    const zero = { posted: '0', held: '0', available: '0', version: 0 };
    expect(first.status).toBe(200);
    expect(first.body).toEqual(
      account(ledger, 'users:1', {
        frozen: 'debit',
        metadata: { a: 'b' },
        version: 1,
        balances: {
          'BRL/2': { ...zero, overdraft_limit: '500', max_balance: '1000' },
          'JPY/0': { ...zero, overdraft_limit: '0', max_balance: null },
          'USD/2': { ...zero, overdraft_limit: null, max_balance: '0' },
        },
      }),
    );
    expect((await get(ledger, 'users:1')).body).toEqual(first.body);
    const second = await put(ledger, 'users:1', { limits: { 'USD/2': { max_balance: '5' } } });
    expect(second.body).toMatchObject({
      frozen: 'none',
      metadata: {},
      version: 2,
      balances: {
        'BRL/2': { overdraft_limit: '0', max_balance: null },
        'USD/2': { overdraft_limit: '0', max_balance: '5' },
      },
    });
  });

  test.each([undefined, 'none', 'debit', 'credit', 'both'])(
    'may say frozen: %s',
    async (frozen) => {
      const ledger = await api.newLedger();
      const { body } = await put(ledger, 'users:1', { frozen });
      expect(body['frozen']).toBe(frozen ?? 'none');
    },
  );

  test('of the outside are metadata and frozen, while it stays without a lower limit', async () => {
    const ledger = await api.newLedger();
    await api.post(ledger, transfer(), { wait: 10 });
    const answer = await put(ledger, 'world', { metadata: { a: 'b' } });
    expect(answer.status).toBe(200);
    expect(answer.body['balances']).toMatchObject({ 'BRL/2': { overdraft_limit: null } });
    expect((await api.post(ledger, transfer(), { wait: 10 })).status).toBe(201);
  });

  test('of the outside may be written back as they are shown', async () => {
    const ledger = await api.newLedger();
    await api.post(ledger, transfer(), { wait: 10 });
    const limits = { 'BRL/2': { overdraft_limit: null, max_balance: null } };
    expect((await put(ledger, 'world', { limits })).status).toBe(200);
    for (const limit of [{}, { overdraft_limit: null, max_balance: '1' }]) {
      const answer = await put(ledger, 'world', { limits: { 'BRL/2': limit } });
      expectProblem(answer, 400, 'invalid_request', { pointer: '#/limits/BRL~12' });
    }
  });

  test('fix the scale of what they name, as a posting does', async () => {
    const ledger = await api.newLedger();
    const limits = (asset: string) => ({ limits: { [asset]: { max_balance: '5' } } });
    expect((await put(ledger, 'users:1', limits('POI/3'))).status).toBe(200);
    for (const address of ['users:1', 'users:2']) {
      const refused = await put(ledger, address, limits('POI/2'));
      expectProblem(refused, 400, 'invalid_request', { pointer: '#/limits/POI~12' });
      expect((await put(ledger, address, limits('POI/3'))).status).toBe(200);
    }
    const posted = (asset: string) =>
      api.post(ledger, transfer('world', 'users:3', '7', asset), { wait: 10 });
    expect((await posted('POI/2')).body['code']).toBe('asset_scale_mismatch');
    expect((await posted('POI/3')).status).toBe(201);
    // And the other way round.
    expect((await posted('BRL/2')).status).toBe(201);
    const late = await put(ledger, 'users:1', limits('BRL/3'));
    expectProblem(late, 400, 'invalid_request', { pointer: '#/limits/BRL~13' });
    const both = { limits: { 'NEW/1': {}, 'NEW/2': {} } };
    const refused = await put(ledger, 'users:1', both);
    expectProblem(refused, 400, 'invalid_request', { pointer: '#/limits/NEW~12' });
    expect((await put(ledger, 'users:1', limits('NEW/2'))).status).toBe(200);
  });

  test('that name one code with two scales at once: one of them counts, and guards', async () => {
    const ledger = await api.newLedger();
    const writes = Array.from({ length: 8 }, (_, n) =>
      put(ledger, `users:${n}`, { limits: { [`POI/${n % 2}`]: { max_balance: '5' } } }),
    );
    const statuses = (await Promise.all(writes)).map(({ status }) => status);
    const taken = statuses.map((status, n) => (status === 200 ? n % 2 : null));
    expect(new Set(statuses)).toEqual(new Set([200, 400]));
    expect(new Set(taken.filter((scale) => scale !== null)).size).toBe(1);
  });

  test('take a limit of 38 digits', async () => {
    const ledger = await api.newLedger();
    const limit = { overdraft_limit: '9'.repeat(38), max_balance: '9'.repeat(38) };
    const { body } = await put(ledger, 'users:1', { limits: { 'BRL/2': limit } });
    expect(body['balances']).toMatchObject({ 'BRL/2': limit });
  });
});

describe('the ETag', () => {
  test('is the same while nothing changes: 304 without a body', async () => {
    const ledger = await api.newLedger();
    await api.post(ledger, transfer(), { wait: 10 });
    const etag = (await get(ledger, 'users:1')).headers.get('etag') ?? '';
    for (const known of [etag, `W/${etag}`, `"x", ${etag}`, '*']) {
      const answer = await get(ledger, 'users:1', { 'If-None-Match': known });
      expect(answer).toMatchObject({ status: 304, body: {} });
      expect(answer.headers.get('etag')).toBe(etag);
      expect(answer.headers.get('cache-control')).toBe(PRIVATE);
    }
    for (const other of ['"x"', etag.slice(0, -2), etag.toUpperCase()]) {
      expect((await get(ledger, 'users:1', { 'If-None-Match': other })).status).toBe(200);
    }
  });

  test('changes with settings, with any balance, and with a new asset', async () => {
    const ledger = await api.newLedger();
    const seen = [await etagOf(ledger)];
    const changes = [
      () => put(ledger, 'users:1', { frozen: 'none' }),
      () => put(ledger, 'users:1', { limits: { 'BRL/2': { max_balance: '1000' } } }),
      () => put(ledger, 'users:1', { limits: { 'BRL/2': { max_balance: '2000' } } }),
      () => api.post(ledger, transfer(), { wait: 10 }),
      () => api.post(ledger, transfer('users:1', 'users:2'), { wait: 10 }),
      () => put(ledger, 'users:1', { limits: { 'JPY/0': {} } }),
    ];
    for (const change of changes) {
      await change();
      seen.push(await etagOf(ledger));
    }
    expect(new Set(seen).size).toBe(changes.length + 1);
  });

  test('lets settings be replaced only by who knows the present ones', async () => {
    const ledger = await api.newLedger();
    const unused = await etagOf(ledger);
    const first = await put(ledger, 'users:1', { frozen: 'debit' }, { 'If-Match': unused });
    expect(first.status).toBe(200);
    const etag = first.headers.get('etag') ?? '';
    expect(etag).toBe(await etagOf(ledger));
    for (const stale of [unused, '"x"', 'x', '""']) {
      const answer = await put(ledger, 'users:1', {}, { 'If-Match': stale });
      expectProblem(answer, 412, 'version_mismatch');
    }
    expect((await get(ledger, 'users:1')).body).toMatchObject({ frozen: 'debit', version: 1 });
    const second = await put(ledger, 'users:1', {}, { 'If-Match': `"x", ${etag}` });
    expect(second).toMatchObject({ status: 200, body: { frozen: 'none', version: 2 } });
  });

  test('lets settings be replaced although balances have moved since', async () => {
    const ledger = await api.newLedger();
    await api.post(ledger, transfer(), { wait: 10 });
    const etag = await etagOf(ledger);
    await api.post(ledger, transfer(), { wait: 10 });
    expect(await etagOf(ledger)).not.toBe(etag);
    const answer = await put(ledger, 'users:1', { frozen: 'both' }, { 'If-Match': etag });
    expect(answer.status).toBe(200);
    expectProblem(await put(ledger, 'users:1', {}, { 'If-Match': etag }), 412, 'version_mismatch');
  });

  test('that is weak lets nothing be replaced', async () => {
    const ledger = await api.newLedger();
    const etag = await etagOf(ledger);
    const answer = await put(ledger, 'users:1', {}, { 'If-Match': `W/${etag}` });
    expectProblem(answer, 412, 'version_mismatch');
  });

  test('is asked for by If-None-Match: with * only an account that does not exist is written', async () => {
    for (const accounts of ['auto', 'explicit'] as const) {
      const ledger = await api.newLedger({ accounts });
      const unless = { 'If-None-Match': '*' };
      const first = await put(ledger, 'users:1', { frozen: 'debit' }, unless);
      expect(first.status).toBeLessThan(300);
      const answer = await put(ledger, 'users:1', { frozen: 'none' }, unless);
      expectProblem(answer, 412, 'version_mismatch');
      expect((await get(ledger, 'users:1')).body).toMatchObject({ frozen: 'debit', version: 1 });
      const stale = { 'If-None-Match': await etagOf(ledger) };
      expectProblem(await put(ledger, 'users:1', {}, stale), 412, 'version_mismatch');
    }
    // One that was used exists, whether it has settings or not.
    const used = await api.newLedger();
    await api.post(used, transfer(), { wait: 10 });
    const answer = await put(used, 'users:1', {}, { 'If-None-Match': '*' });
    expectProblem(answer, 412, 'version_mismatch');
  });

  test('* stands for whatever there is', async () => {
    const auto = await api.newLedger();
    expect((await put(auto, 'users:1', {}, { 'If-Match': '*' })).status).toBe(200);
    const explicit = await api.newLedger({ accounts: 'explicit' });
    const refused = await put(explicit, 'users:1', {}, { 'If-Match': '*' });
    expectProblem(refused, 412, 'version_mismatch');
    await put(explicit, 'users:1', {});
    expect((await put(explicit, 'users:1', {}, { 'If-Match': '*' })).status).toBe(200);
  });

  test('lets one of many writers through', async () => {
    const ledger = await api.newLedger();
    const etag = await etagOf(ledger);
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => put(ledger, 'users:1', {}, { 'If-Match': etag })),
    );
    const statuses = answers.map(({ status }) => status).sort();
    expect(statuses).toEqual([200, ...Array(7).fill(412)]);
  });
});

function get(ledger: string, address: string, headers = {}): Promise<Answer> {
  return api.get(`/v1/ledgers/${ledger}/accounts/${address}`, headers);
}

function put(ledger: string, address: string, json: unknown, headers = {}): Promise<Answer> {
  return api.send('PUT', `/v1/ledgers/${ledger}/accounts/${address}`, { json, headers });
}

async function etagOf(ledger: string): Promise<string> {
  return (await get(ledger, 'users:1')).headers.get('etag') ?? '';
}

function account(ledger: string, address: string, change: Record<string, unknown>) {
  return { address, ledger, metadata: {}, frozen: 'none', version: 0, balances: {}, ...change };
}
