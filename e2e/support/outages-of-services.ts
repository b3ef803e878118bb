import { randomUUID } from 'node:crypto';
import type { Stack } from '@razao/stack/stack-options.ts';
import { until } from '@razao/stack/test/until.ts';
import { expect, test } from 'vitest';
import { allLive, allSay, type LedgerClient, ledgerClient, type TimedAnswer } from './client.ts';
import { note } from './figures.ts';
import type { World } from './open-world.ts';
import { bringBack, catchUpMsMax, during, type How, takeDown } from './outage.ts';
import { openScene, type Scene, untilPostedAgain } from './scene.ts';
import { drained, lawsHold } from './verify.ts';

/** A refusal or a read comes within this time, although it may have to find out first that nobody answers. */
const REFUSED_MS_MAX = 10_000;
/** A read from a Postgres that is silent waits for its statement timeout and a second more. */
const READ_MS_MAX = 15_000;
/** Until an admission of which nothing came is no longer taken for one that is under way. */
const SETTLED_MS_MAX = 30_000;
/** Until a process says that something is down: it asks every second, and gives a silent one four. */
const SAID_MS_MAX = 40_000;

export type OutageOptions = { world: () => World; downMs: number; hows: readonly How[] };

export function redisOutages({ world, downMs, hows }: OutageOptions): void {
  test.each(hows)(
    'Redis %s: writes are refused at once, reads go on from Postgres, and it recovers alone',
    async (how) => {
      const { stack } = world();
      const { redis } = stack.services;
      const scene = await openScene(stack, `redis-${how}`);
      const before = await readAll(scene);
      await takeDown(redis, how);
      const refused: string[] = [];
      await Promise.all([
        during(downMs, async () => {
          await refuseWrites(scene, refused, `redis ${how}, write refused`);
        }),
        during(downMs, async () => {
          expect(await readAll(scene)).toEqual(before);
          for (const client of scene.clients)
            expectRefused(`redis ${how}, unknown id`, await client.transaction(randomUUID()));
        }),
        allSay([...stack.apiUrls, ...stack.workerUrls], 'redis', false, SAID_MS_MAX),
      ]);
      await allLive(stack);
      await bringBack(redis, how);
      note(
        `redis ${how}, posted again`,
        await untilPostedAgain(stack, scene.ledger, catchUpMsMax(downMs)),
      );
      await allSay([...stack.apiUrls, ...stack.workerUrls], 'redis', true, SAID_MS_MAX);
      await scene.end();
      await nothingHalfAccepted(stack, scene, refused);
    },
  );
}

export function postgresOutages({ world, downMs, hows }: OutageOptions): void {
  test.each(hows)(
    'Postgres %s: writes are accepted, statuses come from Redis, and all is posted in order after its return',
    async (how) => {
      const { stack } = world();
      const { postgres } = stack.services;
      const scene = await openScene(stack, `postgres-${how}`);
      const unseen = stack.apiUrls.map((url) => ledgerClient(url, `unseen-${how}`));
      await unseen[0]?.create();
      await takeDown(postgres, how);
      await Promise.all([
        during(downMs, async () => {
          for (const client of scene.clients) await expectAccepted(scene, client, how);
        }),
        during(downMs, async () => {
          await Promise.all(scene.clients.map((client) => readWithoutPostgres(scene, client, how)));
          await Promise.all(
            unseen.map(async (client) => expectAway(await client.write(randomUUID()))),
          );
        }),
        allSay(stack.apiUrls, 'postgres', false, SAID_MS_MAX),
      ]);
      await allLive(stack);
      await bringBack(postgres, how);
      const returned = performance.now();
      const last = scene.promised.at(-1) ?? '';
      await until(
        'the last write accepted during the outage is posted',
        async () => (await scene.clients[0]?.transaction(last))?.body['status'] === 'posted',
        catchUpMsMax(downMs),
      );
      note(`postgres ${how}, everything accepted is posted`, performance.now() - returned);
      await allSay(stack.apiUrls, 'postgres', true, SAID_MS_MAX);
      await scene.end();
    },
  );
}

export function outagesOfBoth({ world, downMs, hows }: OutageOptions): void {
  test.each(hows)(
    'Redis and Postgres %s at once: everything is a 503, and both come back alone',
    async (how) => {
      const { stack } = world();
      const { redis, postgres } = stack.services;
      const scene = await openScene(stack, `both-${how}`);
      await Promise.all([takeDown(redis, how), takeDown(postgres, how)]);
      const refused: string[] = [];
      await Promise.all([
        during(downMs, async () => {
          await refuseWrites(scene, refused, `both ${how}, write refused`);
        }),
        during(downMs, async () => {
          const [client] = scene.clients as [LedgerClient];
          const answers = await Promise.all([
            client.transaction(scene.posted),
            client.account('quiet'),
            client.ledger(),
          ]);
          for (const answer of answers) expectAway(answer, READ_MS_MAX + REFUSED_MS_MAX);
        }),
        allSay(stack.apiUrls, 'redis', false, SAID_MS_MAX),
        allSay(stack.apiUrls, 'postgres', false, SAID_MS_MAX),
      ]);
      await allLive(stack);
      await Promise.all([bringBack(redis, how), bringBack(postgres, how)]);
      note(
        `both ${how}, posted again`,
        await untilPostedAgain(stack, scene.ledger, catchUpMsMax(downMs)),
      );
      await allSay([...stack.apiUrls, ...stack.workerUrls], 'redis', true, SAID_MS_MAX);
      await allSay(stack.apiUrls, 'postgres', true, SAID_MS_MAX);
      await scene.end();
      await nothingHalfAccepted(stack, scene, refused);
    },
  );
}

/** Everything that a client reads from Postgres and that no traffic changes. */
async function readAll({ clients, posted, ledger }: Scene): Promise<unknown> {
  const answers: TimedAnswer[] = [];
  for (const client of clients)
    answers.push(await client.transaction(posted), await client.account('quiet'));
  const ledgers = await Promise.all(clients.map((client) => client.ledger()));
  expect(ledgers.map(({ status, body }) => [status, body['name']])).toEqual(
    clients.map(() => [200, ledger]),
  );
  for (const { ms } of answers) note('read from Postgres', ms);
  expect(answers.filter(({ ms }) => ms > REFUSED_MS_MAX)).toEqual([]);
  return answers.map(({ status, body }) => ({ status, body }));
}

async function readWithoutPostgres(scene: Scene, client: LedgerClient, how: How): Promise<void> {
  const newest = scene.promised.at(-1);
  const [before, meanwhile, account, ledger] = await Promise.all([
    client.transaction(scene.posted),
    newest === undefined ? null : client.transaction(newest),
    client.account('quiet'),
    client.ledger(),
  ]);
  expect([before.status, before.body['status']]).toEqual([200, 'posted']);
  expect(before.ms).toBeLessThan(READ_MS_MAX);
  note(`postgres ${how}, status of a posted transaction`, before.ms);
  if (meanwhile) expect([meanwhile.status, meanwhile.body['status']]).toEqual([200, 'queued']);
  for (const answer of [account, ledger]) expectAway(answer);
}

/** A 202; once as much waits as may, a refusal of which nothing was stored. */
async function expectAccepted(scene: Scene, client: LedgerClient, how: How): Promise<void> {
  const { status, body, ms } = await client.write(randomUUID());
  note(`postgres ${how}, write`, ms);
  expect(ms).toBeLessThan(REFUSED_MS_MAX);
  if (status === 202) scene.promised.push(String(body['id']));
  else expect([status, body['code']]).toEqual([503, 'overloaded']);
}

function expectRefused(what: string, answer: TimedAnswer): void {
  note(what, answer.ms);
  expectAway(answer, REFUSED_MS_MAX);
}

function expectAway(answer: TimedAnswer, msMax = READ_MS_MAX): void {
  expect([answer.status, answer.body['code'], answer.headers.get('retry-after')]).toEqual([
    503,
    'unavailable',
    '1',
  ]);
  expect(answer.ms).toBeLessThan(msMax);
}

/**
 * The outcome of a refused write is unknown, but it is one or the other: never sent again it is posted or was never there,
 * and nobody is told to wait for it; sent again it is posted once.
 */
async function nothingHalfAccepted(stack: Stack, scene: Scene, refused: readonly string[]) {
  const [client] = scene.clients as [LedgerClient];
  expect(refused.length).toBeGreaterThan(3);
  for (const id of refused) {
    await until(
      `${id} is posted or was never there`,
      async () => {
        const { status, body } = await client.transaction(id);
        const found = status === 200 ? body['status'] : body['code'];
        return found === 'posted' || found === 'transaction_not_found';
      },
      SETTLED_MS_MAX,
    );
  }
  const again = await Promise.all(refused.map((key) => client.write(key, { Prefer: 'wait=10' })));
  expect(again.map(({ status }) => status)).toEqual(refused.map(() => 201));
  await drained(stack);
  await lawsHold(stack);
}

async function refuseWrites(scene: Scene, refused: string[], what: string): Promise<void> {
  await Promise.all(
    scene.clients.map(async (client) => {
      // The key is the transaction's id.
      const key = randomUUID();
      refused.push(key);
      expectRefused(what, await client.write(key));
    }),
  );
}
