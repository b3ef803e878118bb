import type { KillPoint } from '@razao/shared/runtime/kill-point.ts';
import { until } from '@razao/stack/test/until.ts';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type Answer, call, transfer } from './support/http.ts';
import { createKillSwitch } from './support/kill-switch.ts';
import {
  fateOf,
  type Known,
  mixedCommands,
  send,
  sendBulk,
  wideCommands,
} from './support/known-commands.ts';
import { lockHolder } from './support/lock-holder.ts';
import { openWorld, type World } from './support/open-world.ts';
import { balances, chunks, fates, records, shardMetric } from './support/stores.ts';
import { drained, lawsHold } from './support/verify.ts';

/** Until a dead process starts again: time to look at what it left. */
const BACKOFF_MS = 1_500;

const switches = createKillSwitch('killed');
let world: World;
beforeAll(async () => {
  world = await openWorld('killed', {
    apis: 2,
    workers: 2,
    supervise: true,
    timing: { backoffFirstMs: BACKOFF_MS, backoffMaxMs: BACKOFF_MS },
    env: switches.env,
  });
});
afterAll(async () => {
  await world?.close();
  switches.remove();
});
afterEach(async () => {
  for (const worker of world.stack.workers) await worker.kill('SIGCONT');
  await Promise.all(world.stack.processes.map((process) => process.start()));
  await lawsHold(world.stack);
});

/** What a worker that died at each point leaves. `records`: what Redis says of the batch's transactions. */
const POINTS: [
  KillPoint,
  {
    stored: boolean;
    balances: 'none' | 'all';
    records: 'queued' | 'done';
    successor: 'standby' | 'restart';
  },
][] = [
  ['before-apply', { stored: false, balances: 'none', records: 'queued', successor: 'restart' }],
  ['before-commit', { stored: false, balances: 'none', records: 'queued', successor: 'standby' }],
  ['after-commit', { stored: true, balances: 'none', records: 'queued', successor: 'standby' }],
  [
    'between-publications',
    { stored: true, balances: 'all', records: 'queued', successor: 'restart' },
  ],
  ['before-complete', { stored: true, balances: 'all', records: 'done', successor: 'standby' }],
];

test.each(POINTS)('a worker that dies %s: %o', async (point, left) => {
  const { stack } = world;
  const ledger = await create(point);
  const victim = await lockHolder(stack, ledger);
  const [standby] = stack.workers.filter((worker) => worker !== victim);
  // Both stand still while the commands are queued, so that they come as one batch; the standby until all was looked at.
  for (const worker of stack.workers) await worker.kill('SIGSTOP');
  // As many as are fetched at once, and more balances and records than are published in one call.
  const commands = [...mixedCommands(), ...wideCommands(10)];
  const { waiter } = await queueAll(ledger, commands);
  const before = victim.pid;
  switches.arm(point);
  await victim.kill('SIGCONT');
  await until('it dies', () => victim.pid !== before);
  expect(switches.armed(point)).toBe(false);

  const ids = commands.map(({ id }) => id);
  const all = commands.map(fateOf);
  expect(await fates(stack, ledger)).toEqual(left.stored ? all : []);
  const found = await balances(stack, ledger);
  expect(found.published).toHaveLength(left.balances === 'all' ? found.stored.length : 0);
  const statuses = (await records(stack, ledger, ids)).map((record) => record?.status);
  expect(statuses).toEqual(
    commands.map(({ fate }) => statusOf(left.records === 'done' ? fate : 'queued')),
  );
  const { active, waiting } = await chunks(stack, ledger);
  expect([active.length > 0, waiting]).toEqual([true, []]);
  expect(victim.pid, 'all this was seen before a successor came').toBeNull();

  const successor = left.successor === 'standby' ? standby : victim;
  if (!successor) throw new Error('the stack has two workers');
  // A process that starts again counts from 0.
  const takesOver = left.successor === 'standby';
  if (takesOver) await successor.kill('SIGCONT');
  const posted = takesOver ? await shardMetric(successor.url, 'razao_posted_total', ledger) : 0;
  await drained(stack);
  expect(await fates(stack, ledger)).toEqual(all);
  const { stored, published } = await balances(stack, ledger);
  expect(published).toEqual(stored);
  expect((await waiter).status).toBe(201);
  await allAnswered(ledger, commands);
  expect({
    posted: (await shardMetric(successor.url, 'razao_posted_total', ledger)) - posted,
    redelivered: await shardMetric(successor.url, 'razao_redelivered_total', ledger),
  }).toEqual(
    left.stored
      ? { posted: 0, redelivered: commands.length }
      : { posted: commands.filter(({ fate }) => fate === 'posted').length, redelivered: 0 },
  );
});

test('an API that dies after admission: nobody was answered, and its keys are not lost', async () => {
  const { stack } = world;
  const ledger = await create('after-admit');
  const [api, other] = stack.apiUrls as [string, string];
  const [earlier, ...commands] = mixedCommands() as [Known];
  const [reused] = mixedCommands() as [Known];
  expect((await send(other, ledger, earlier)).status).toBe(202);
  await drained(stack);
  // With one that was accepted before in their midst: else they are admitted and queued by the same call.
  await dieAtOnce('after-admit', 0, () => [sendBulk(api, ledger, [...commands, earlier])]);
  await dieAtOnce('after-admit', 1, () => [sendBulk(other, ledger, [reused, earlier])]);
  const acceptedAt = performance.now();

  const ids = [...commands, reused].map(({ id }) => id);
  const admitted = (await records(stack, ledger, ids)).filter((record) => record !== null);
  expect(admitted).toHaveLength(ids.length);
  expect(new Set(admitted.map(({ status }) => status))).toEqual(new Set(['queued']));
  expect(await chunks(stack, ledger)).toEqual({ waiting: [], active: [] });
  expect(await fates(stack, ledger)).toEqual([fateOf(earlier)]);

  await Promise.all(stack.apis.map((process) => process.start()));
  const another = { ...reused, body: transfer('world', 'a', 7) };
  const early = await send(other, ledger, another);
  expect([early.status, early.body['code'], early.headers.get('retry-after')]).toEqual([
    503,
    'unavailable',
    '1',
  ]);
  for (const command of commands) {
    const answer = await send(api, ledger, command);
    expect([answer.status, answer.headers.get('idempotency-replayed')]).toEqual([202, null]);
  }
  await until(
    'the other body is accepted',
    async () => (await send(other, ledger, another)).status === 202,
  );
  const after = performance.now() - acceptedAt;
  expect([after > 4_500, after < 8_000], `after ${after} ms`).toEqual([true, true]);
  const first = await send(other, ledger, reused);
  expect([first.status, first.body['code']]).toEqual([422, 'idempotency_key_reused']);
  await drained(stack);
  expect(await fates(stack, ledger)).toEqual([earlier, ...commands, another].map(fateOf));
  await allAnswered(ledger, [...commands, another]);
  const stored = await call(`${api}/v1/ledgers/${ledger}/transactions/${reused.id}`, 'GET');
  expect(stored.body['postings']).toEqual(another.body.postings);
});

test('an API that dies after the queue has the chunk: a retry is a replay of what is posted once', async () => {
  const { stack } = world;
  const ledger = await create('after-add');
  const [api, other] = stack.apiUrls as [string, string];
  const [deposit, withdrawal, rejected, ...rest] = mixedCommands() as [Known, Known, Known];
  const burst = [deposit, ...rest.filter(({ fate }) => fate === 'posted').slice(0, 1)];
  await dieAtOnce('after-add', 0, () => burst.map((command) => send(api, ledger, command)));
  const queued = (
    await records(
      stack,
      ledger,
      burst.map(({ id }) => id),
    )
  ).map((record) => record !== null);
  expect(queued).toContain(true);
  await drained(stack);
  const posted = new Set((await fates(stack, ledger)).map(([id]) => id));
  expect(burst.map(({ id }) => posted.has(id))).toEqual(queued);
  for (const [n, command] of burst.entries()) {
    const answer = await send(other, ledger, command);
    const replayed = queued[n] ? 'true' : null;
    expect([answer.status, answer.headers.get('idempotency-replayed')]).toEqual([202, replayed]);
    if (queued[n]) expect(answer.body['status']).toBe('posted');
  }
  for (const command of [withdrawal, rejected])
    expect((await send(other, ledger, command)).status).toBe(202);
  await drained(stack);
  const all = await fates(stack, ledger);
  expect(all.toSorted()).toEqual([...burst, withdrawal, rejected].map(fateOf).toSorted());
  expect(all.slice(-2)).toEqual([withdrawal, rejected].map(fateOf));
  await stack.apis[0]?.start();
  await allAnswered(ledger, [...burst, withdrawal, rejected]);
  expect((await send(api, ledger, deposit)).headers.get('idempotency-replayed')).toBe('true');
});

test('poison: a standby is not stuck behind a worker that spins for ever', async () => {
  const { stack } = world;
  const ledger = await create('spinning');
  const victim = await lockHolder(stack, ledger);
  const before = victim.pid;
  const commands = mixedCommands();
  switches.arm('before-apply', `spin ${commands[3]?.id}`);
  const at = performance.now();
  for (const command of commands)
    expect((await send(String(stack.apiUrls[0]), ledger, command)).status).toBe(202);
  await until('it spins', async () => !(await answers(victim.url)));
  switches.disarm('before-apply');
  await drained(stack);
  expect(performance.now() - at).toBeLessThan(80_000);
  expect(await fates(stack, ledger)).toEqual(commands.map(fateOf));
  expect(victim.pid, 'it still spins').toBe(before);
  await victim.kill();
});

async function create(ledger: string): Promise<string> {
  const created = await Promise.all(
    world.stack.apiUrls.map((api) => call(`${api}/v1/ledgers/${ledger}`, 'PUT', {})),
  );
  expect(created.map(({ status }) => status).sort()).toEqual([200, 201]);
  return ledger;
}

/** Queues commands in their order, each accepted; the last one's client waits for its outcome. */
async function queueAll(ledger: string, commands: readonly Known[]) {
  const api = String(world.stack.apiUrls[0]);
  const last = commands.at(-1) as Known;
  for (const command of commands.slice(0, -1))
    expect((await send(api, ledger, command)).status).toBe(202);
  const waiter = send(api, ledger, last, { Prefer: 'wait=10' });
  waiter.catch(() => {});
  await until(
    'the last one is queued',
    async () => (await records(world.stack, ledger, [last.id]))[0] !== null,
  );
  return { waiter };
}

/** An API gets requests at once, as nearly as can be, and dies of them; no client gets an answer. */
async function dieAtOnce(
  point: KillPoint,
  api: number,
  request: () => Promise<Answer>[],
): Promise<void> {
  const process = world.stack.apis[api];
  const before = process?.pid;
  switches.arm(point);
  await process?.kill('SIGSTOP');
  const settled = Promise.allSettled(request());
  await process?.kill('SIGCONT');
  await until('it dies', () => process?.pid !== before);
  expect(new Set((await settled).map(({ status }) => status))).toEqual(new Set(['rejected']));
  expect(switches.armed(point)).toBe(false);
}

/** Every transaction is what was expected, also for a client. */
async function allAnswered(ledger: string, commands: readonly Known[]): Promise<void> {
  const url = `${world.stack.apiUrls[1]}/v1/ledgers/${ledger}/transactions`;
  for (const { id, fate } of commands) {
    const { body } = await call(`${url}/${id}`, 'GET');
    const rejection = body['rejection'] as { code: string } | null;
    expect(rejection?.code ?? body['status']).toBe(fate);
  }
}

function statusOf(fate: string): string {
  return fate === 'posted' || fate === 'queued' ? fate : 'rejected';
}

async function answers(url: string): Promise<boolean> {
  return fetch(`${url}/livez`, { signal: AbortSignal.timeout(500) }).then(
    ({ ok }) => ok,
    () => false,
  );
}
