import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Answer, transfer } from './support/http.ts';
import { dataOf, moneyClient } from './support/money-client.ts';
import { openWorld, type World } from './support/open-world.ts';
import { fates } from './support/stores.ts';
import { drained, lawsHold } from './support/verify.ts';

const CLIENTS = 24;
const MS = 4_000;
const AMOUNT = 100;

let world: World;
beforeAll(async () => {
  world = await openWorld('acceptance-order', { apis: 2, workers: 2 });
});
afterAll(() => world?.close());

/** Sends one write, says what it is to be, and resolves with its id once it is accepted. */
type Send = (body: object, below?: string) => Promise<string>;

test('each of a deposit, hold, capture, release and revert needs the one accepted before it, and none is waited for: nothing is rejected', async () => {
  const { stack } = world;
  const client = moneyClient(stack, 'order');
  await client.create();
  const deadline = performance.now() + MS;
  const strange: unknown[] = [];

  function note(answer: Answer): void {
    if (answer.status !== 202) strange.push([answer.status, answer.body]);
  }

  async function run(number: number): Promise<string[]> {
    const ids: string[] = [];
    const send: Send = async (body, below = '') => {
      // Each to the other API than the one before.
      const answer = await client.write(body, { api: number + ids.length }, below);
      note(answer);
      const id = String(answer.body['id']);
      ids.push(id);
      return id;
    };
    for (let round = 0; performance.now() < deadline && strange.length === 0; round++) {
      const way = (number + round) % 4;
      if (way === 3) await bulks(number, ids);
      else await holdAndBack(send, `users:${number}`, `shops:${number}`, way);
    }
    return ids;
  }

  /** The money comes in and goes out again within one bulk, and the next needs its holds. */
  async function bulks(number: number, ids: string[]): Promise<void> {
    const [user, shop] = [`users:${number}`, `shops:${number}`];
    const name = `${number}-${ids.length}`;
    const sent = await client.bulk(
      [
        { idempotency_key: `${name}-in`, ...transfer('world', user, AMOUNT) },
        { idempotency_key: `${name}-hold`, ...transfer(user, shop, AMOUNT), hold: HOLD },
      ],
      ids.length % 2 === 0,
      { api: number },
    );
    note(sent);
    ids.push(...dataOf(sent).map(({ id }) => id));
    const captured = await client.write({}, { api: number + 1 }, `/${ids.at(-1)}/capture`);
    note(captured);
    ids.push(String(captured.body['id']));
    const out = { ...transfer(shop, 'world', AMOUNT), depends_on: ids.at(-1) };
    const last = await client.bulk([{ idempotency_key: `${name}-out`, ...out }], true);
    note(last);
    ids.push(...dataOf(last).map(({ id }) => id));
  }

  const accepted = await Promise.all(Array.from({ length: CLIENTS }, (_, n) => run(n)));
  expect(strange).toEqual([]);
  await drained(stack);
  const stored = await fates(stack, 'order');
  expect(stored.filter(([, fate]) => fate !== 'posted' && fate !== 'pending')).toEqual([]);
  expect(stored.map(([id]) => id).sort()).toEqual(accepted.flat().sort());
  const places = new Map(stored.map(([id], place) => [id, place]));
  for (const ids of accepted) {
    const order = ids.map((id) => Number(places.get(id)));
    expect(order).toEqual(order.toSorted((a, b) => a - b));
  }
  expect(stored.length).toBeGreaterThan(CLIENTS);
  for (const account of ['world', 'users:0', 'shops:0'])
    expect(await client.balance(account)).toMatchObject({ posted: '0', held: '0' });
  await lawsHold(stack);
});

const HOLD = { expires_in: 3_600 };

/** Ends where it began, with nothing on either account, so that each step needs all of those before it. */
async function holdAndBack(send: Send, user: string, shop: string, way: number): Promise<void> {
  const deposit = await send(transfer('world', user, AMOUNT));
  const depends = way === 1 ? { depends_on: deposit } : {};
  const [posting] = transfer(user, shop, AMOUNT).postings;
  const needs = way === 2 ? { if: { source_available_gte: String(AMOUNT) } } : {};
  const hold = await send({ postings: [{ ...posting, ...needs }], hold: HOLD, ...depends });
  if (way === 0) {
    await send({}, `/${hold}/release`);
  } else {
    const part = await send({ amount: '30', final: false }, `/${hold}/capture`);
    const rest = await send({}, `/${hold}/capture`);
    await send({ amount: '10' }, `/${part}/revert`);
    await send({}, `/${rest}/revert`);
    await send({}, `/${part}/revert`);
  }
  await send({ ...transfer(user, 'world', AMOUNT), ...depends });
}
