import type { KillPoint } from '@razao/shared/runtime/kill-point.ts';
import { until } from '@razao/stack/test/until.ts';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type Answer, transfer } from './support/http.ts';
import { createKillSwitch } from './support/kill-switch.ts';
import { dataOf, type Item, items, moneyClient } from './support/money-client.ts';
import { openWorld, type World } from './support/open-world.ts';
import { type Fate, fates } from './support/stores.ts';
import { drained, lawsHold } from './support/verify.ts';

const MEMBERS = 400;

const switches = createKillSwitch('money');
let world: World;
beforeAll(async () => {
  world = await openWorld('money', { apis: 2, workers: 2, supervise: true, env: switches.env });
});
afterAll(async () => {
  await world?.close();
  switches.remove();
});
afterEach(async () => {
  await Promise.all(world.stack.processes.map((process) => process.start()));
  await lawsHold(world.stack);
});

test('six holds of 1,000 at once on 5,000: five are let through, whichever they are', async () => {
  const client = await open('six-holds');
  const hold = (from: string) => ({
    ...transfer(from, 'shop', 1_000),
    hold: { expires_in: 3_600 },
  });
  for (const account of ['a', 'b', 'c', 'd']) {
    await client.write(transfer('world', account, 5_000), { wait: true });
    const answers = await atOnce(6, (api) => client.write(hold(account), { api, wait: true }));
    expect(codes(answers)).toEqual({ pending: 5, insufficient_funds: 1 });
    const refused = answers.find(({ status }) => status === 422)?.body['transaction'];
    expect(refused).toMatchObject({ rejection: { account, available: '0', required: '1000' } });
    expect(await client.balance(account)).toMatchObject({
      posted: '5000',
      held: '5000',
      available: '0',
    });
  }
});

const debit = transfer('a', 'shop', 1);
const reserve = { ...debit, hold: { expires_in: 3_600 } };
test.each([
  ['transfers', [debit]],
  ['holds', [reserve]],
  ['transfers and holds', [debit, reserve]],
] as const)('200 debits at once on a balance for 120 let 120 through: %s', async (name, bodies) => {
  const client = await open(`debits-${name.replaceAll(' ', '-')}`);
  await client.write(transfer('world', 'a', 120), { wait: true });
  const answers = await atOnce(200, (i) =>
    client.write(bodies[i % bodies.length], { api: i >> 1, wait: true }),
  );
  const { posted = 0, pending = 0, ...refused } = codes(answers);
  expect([posted + pending, refused]).toEqual([120, { insufficient_funds: 80 }]);
  expect(await client.balance('a')).toMatchObject({
    posted: String(120 - posted),
    held: String(pending),
    available: '0',
  });
});

test.each([
  ['after-admit', false, null],
  ['after-add', true, 'true'],
  ['after-add', false, 'true'],
] as const)(
  'an API dies %s of a bulk (atomic: %s), and nobody is answered: sent again as a whole it is there once',
  async (point, atomic, replayed) => {
    const ledger = `lost-answer-${point}-${atomic}`;
    const client = await open(ledger);
    const bulk = deposits(50);
    if (point === 'after-admit') {
      // One is known: else all are admitted and queued by the same call.
      const { idempotency_key: key, ...body } = bulk[0] as Item;
      expect((await client.write(body, { key, wait: true })).status).toBe(201);
    }
    switches.arm(point);
    await expect(client.bulk(bulk, atomic, { api: 0 })).rejects.toThrow();
    expect(switches.armed(point)).toBe(false);
    const again = await client.bulk(bulk, atomic, { api: 1, wait: true });
    expect([again.status, again.headers.get('idempotency-replayed')]).toEqual([202, replayed]);
    expect(dataOf(again)).toEqual(allOf(bulk, 'posted').map(([id, status]) => ({ id, status })));
    const third = await client.bulk(bulk, atomic, { api: 1 });
    expect(third.headers.get('idempotency-replayed')).toBe('true');
    expect(dataOf(third)).toEqual(dataOf(again));
    await drained(world.stack);
    expect(await fates(world.stack, ledger)).toEqual(allOf(bulk, 'posted'));
  },
);

const POINTS: KillPoint[] = ['before-apply', 'before-commit', 'after-commit', 'before-complete'];
test.each(POINTS)(
  'the worker dies %s of bulks: atomic ones are whole, others have each once',
  async (point) => {
    const { stack } = world;
    const ledger = `killed-${point}`;
    const client = await open(ledger);
    const [whole, none, each] = [deposits(MEMBERS), deposits(MEMBERS), deposits(MEMBERS)];
    // One in the middle of two of them cannot be posted.
    const middle = MEMBERS / 2;
    for (const bulk of [none, each])
      Object.assign(bulk[middle] as Item, transfer('empty', 'shop', 1));
    switches.arm(point);
    const answers = await Promise.all([
      client.bulk(whole, true, { api: 0 }),
      client.bulk(none, true, { api: 1 }),
      client.bulk(each, false, { api: 0 }),
    ]);
    const refused = answers.filter(({ status }) => status !== 202);
    expect(refused.map(({ headers, ...said }) => ({ ...said, headers: [...headers] }))).toEqual([]);
    await until('it dies', () => !switches.armed(point));
    await drained(stack);
    const stored = await fates(stack, ledger);
    expect(stored).toHaveLength(3 * MEMBERS);
    const failed = (bulk: Item[], others: string) =>
      allOf(bulk, others).with(middle, [idOf(bulk[middle]), 'insufficient_funds']);
    for (const expected of [
      allOf(whole, 'posted'),
      failed(none, 'dependency_failed'),
      failed(each, 'posted'),
    ]) {
      // Each in its own order, side by side.
      const at = stored.findIndex(([id]) => id === expected[0]?.[0]);
      expect(stored.slice(at, at + MEMBERS)).toEqual(expected);
    }
    expect(await client.balance('a')).toMatchObject({ posted: String(2 * MEMBERS - 1) });
  },
);

async function open(ledger: string) {
  const client = moneyClient(world.stack, ledger);
  await client.create();
  return client;
}

function atOnce(count: number, send: (i: number) => Promise<Answer>): Promise<Answer[]> {
  return Promise.all(Array.from({ length: count }, (_, i) => send(i)));
}

/** How many answers there are of each status or code. */
function codes(answers: readonly Answer[]): Record<string, number> {
  const names = answers.map(({ body }) => String(body['code'] ?? body['status']));
  const groups = [...Map.groupBy(names, (name) => name)];
  return Object.fromEntries(groups.map(([name, group]) => [name, group.length]));
}

function deposits(count: number): Item[] {
  return items(count, () => transfer('world', 'a', 1));
}

function idOf(item: Item | undefined): string {
  return String(item?.idempotency_key);
}

function allOf(bulk: readonly Item[], fate: string): Fate[] {
  return bulk.map((item): Fate => [idOf(item), fate]);
}
