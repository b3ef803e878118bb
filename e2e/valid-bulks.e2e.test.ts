import { setTimeout as delay } from 'node:timers/promises';
import { openTcpProxy, type TcpProxy } from '@razao/stack/test/tcp-proxy.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Answer, call, transfer } from './support/http.ts';
import { type Item, items } from './support/money-client.ts';
import { openWorld, type World, withSql } from './support/open-world.ts';
import { drained, lawsHold } from './support/verify.ts';
import { openWire, requestText } from './support/wire.ts';

const LEDGER = 'valid-bulks';
const BULKS = process.env['RAZAO_LONG'] === '1' ? 6_000 : 400;
const MEMBERS = 60;
const CLIENTS = 8;
const PIECES_MAX = 6;

let world: World;
let ways: TcpProxy[];
beforeAll(async () => {
  world = await openWorld(LEDGER);
  ways = await Promise.all(world.stack.apiUrls.map((url) => openTcpProxy(url)));
});
afterAll(async () => {
  await Promise.all((ways ?? []).map((way) => way.close()));
  await world?.close();
});

test('a valid bulk is never called bad, whatever happens to its connection and to the workers', async () => {
  const { stack } = world;
  await call(`${stack.apiUrls[0]}/v1/ledgers/${LEDGER}`, 'PUT', {});
  const bulks = Array.from({ length: BULKS }, () =>
    items(MEMBERS, () => transfer('world', 'a', 1)),
  );
  const strange: string[] = [];
  let sent = 0;
  let over = false;
  const clients = Array.from({ length: CLIENTS }, async (_, client) => {
    for (let bulk = bulks[sent++]; bulk; bulk = bulks[sent++])
      await untilAccepted(bulk, client, strange);
  });
  const harm = doHarm(() => over);
  await Promise.all(clients).finally(() => (over = true));
  await harm;
  expect(strange).toEqual([]);
  await drained(stack);
  const stored = await withSql(stack, (client) =>
    client.query<{ id: string }>(
      `select t.id from transactions t join ledgers l on l.id = t.ledger_id
         where l.name = $1 and t.status = 'posted'`,
      [LEDGER],
    ),
  );
  const expected = bulks.flat().map(({ idempotency_key: key }) => key);
  expect(stored.rows.map(({ id }) => id).sort()).toEqual(expected.sort());
  await lawsHold(stack);
}, 600_000);

/** Sends it until it is accepted; what is neither that, nor an outage, nor no answer at all is strange. */
async function untilAccepted(bulk: readonly Item[], client: number, strange: string[]) {
  const send = client % 2 === 0 ? sendWhole : sendInPieces;
  for (let n = client; ; n++) {
    const answer = await send(ways[n % ways.length]?.url ?? '', bulk).catch(() => null);
    if (answer?.status === 202) return;
    if (answer === null || answer.status === 503) await delay(20);
    else strange.push(`${send.name}: ${answer.status} ${JSON.stringify(answer.body)}`);
    // It is told, and not waited for for ever.
    if (strange.length > 10) return;
  }
}

const PATH = `/v1/ledgers/${LEDGER}/transactions/bulk`;

async function sendWhole(url: string, transactions: readonly Item[]): Promise<Answer> {
  return await call(new URL(PATH, url).href, 'POST', { transactions });
}

/** By a connection of its own, cut into packets anywhere. */
async function sendInPieces(url: string, transactions: readonly Item[]) {
  const text = requestText('POST', PATH, { body: JSON.stringify({ transactions }) });
  const wire = await openWire(url);
  try {
    const cuts = Array.from({ length: Math.floor(Math.random() * PIECES_MAX) }, () =>
      Math.floor(Math.random() * text.length),
    ).sort((a, b) => a - b);
    const last = cuts.at(-1) ?? 0;
    let from = 0;
    for (const to of cuts) {
      wire.socket.write(text.slice(from, to));
      from = to;
      await delay(Math.random() * 4);
    }
    return await wire.ask(text.slice(last));
  } finally {
    wire.socket.destroy();
  }
}

/** Delays and cuts the connections, and kills workers, some while a bulk is on its way. */
async function doHarm(isOver: () => boolean): Promise<void> {
  const { workers } = world.stack;
  for (let n = 0; !isOver(); n++) {
    for (const way of ways)
      way.delay({ to: Math.random() < 0.5 ? 0 : Math.random() * 60, from: Math.random() * 10 });
    await delay(Math.random() * 150);
    if (n % 2 === 0) ways[(n / 2) % ways.length]?.drop();
    if (n % 8 !== 7) continue;
    const worker = workers[Math.floor(n / 8) % workers.length];
    await worker?.kill();
    await worker?.start();
  }
  for (const way of ways) way.delay({ to: 0, from: 0 });
}
