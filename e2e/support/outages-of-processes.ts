import { randomUUID } from 'node:crypto';
import { until } from '@razao/stack/test/until.ts';
import { expect, test } from 'vitest';
import { note } from './figures.ts';
import { lockHolder } from './lock-holder.ts';
import { bringBack, catchUpMsMax, during, type How, takeDown } from './outage.ts';
import type { OutageOptions } from './outages-of-services.ts';
import { openScene, untilPostedAgain } from './scene.ts';

/** Until a standby posts. A committer that is stopped, and not dead, keeps its lock for some seconds. */
const STANDBY_MS_MAX: Record<How, number> = { killed: 20_000, silent: 40_000 };
const WRITE_MS_MAX = 10_000;

export function outagesOfOneWorker({ world, downMs, hows }: OutageOptions): void {
  test.each(hows)(
    'one worker of two %s: a standby posts within seconds, and all that was accepted is posted',
    async (how) => {
      const { stack } = world();
      const scene = await openScene(stack, `worker-${how}`);
      const victim = await lockHolder(stack, scene.ledger);
      await takeDown(victim, how);
      await Promise.all([
        during(downMs, async () => {
          const answer = await scene.clients[0]?.write(randomUUID());
          expect([answer?.status, answer?.body['code']]).toEqual([202, undefined]);
          scene.promised.push(String(answer?.body['id']));
        }),
        untilPostedAgain(stack, scene.ledger, STANDBY_MS_MAX[how]).then((ms) => {
          note(`one worker ${how}, a standby posts`, ms);
        }),
      ]);
      await bringBack(victim, how);
      await scene.end([victim.name]);
    },
  );
}

export function outagesOfAllWorkers({ world, downMs, hows }: OutageOptions): void {
  test.each(hows)(
    'all workers %s: what is accepted waits, reads go on, and it is posted in order on their return',
    async (how) => {
      const { stack } = world();
      const scene = await openScene(stack, `workers-${how}`);
      await Promise.all(stack.workers.map((worker) => takeDown(worker, how)));
      await during(downMs, async () => {
        for (const client of scene.clients) {
          const { status, body, ms } = await client.write(randomUUID());
          expect(ms).toBeLessThan(WRITE_MS_MAX);
          if (status === 202) scene.promised.push(String(body['id']));
          else expect([status, body['code']]).toEqual([503, 'overloaded']);
          const reads = [
            await client.transaction(scene.posted),
            await client.transaction(scene.promised.at(-1) ?? ''),
            await client.account('quiet'),
            await client.ledger(),
          ];
          expect(reads.map((answer) => answer.status)).toEqual([200, 200, 200, 200]);
          expect(reads.slice(0, 2).map((answer) => answer.body['status'])).toEqual([
            'posted',
            'queued',
          ]);
        }
      });
      await Promise.all(stack.workers.map((worker) => bringBack(worker, how)));
      const returned = performance.now();
      const last = scene.promised.at(-1) ?? '';
      await until(
        'the last write accepted meanwhile is posted',
        async () => (await scene.clients[0]?.transaction(last))?.body['status'] === 'posted',
        catchUpMsMax(downMs),
      );
      note(`all workers ${how}, everything accepted is posted`, performance.now() - returned);
      await scene.end(stack.workers.map(({ name }) => name));
    },
  );
}

export function outagesOfOneApi({ world, downMs, hows }: OutageOptions): void {
  test.each(hows)(
    'one API of two %s: the other goes on, and clients that try again lose nothing',
    async (how) => {
      const { stack } = world();
      const scene = await openScene(stack, `api-${how}`);
      const [victim] = stack.apis;
      if (!victim) throw new Error('no API');
      await takeDown(victim, how);
      const before = scene.traffic.accepted();
      await during(downMs, async () => {
        const answer = await scene.clients[1]?.write(randomUUID(), { Prefer: 'wait=10' });
        expect(answer?.status).toBe(201);
        expect(answer?.ms).toBeLessThan(WRITE_MS_MAX);
        scene.promised.push(String(answer?.body['id']));
      });
      // Its half of the clients has been sent to the other one.
      if (how === 'killed') expect(scene.traffic.accepted()).toBeGreaterThan(before + 100);
      await bringBack(victim, how);
      expect((await scene.clients[0]?.write(randomUUID(), { Prefer: 'wait=10' }))?.status).toBe(
        201,
      );
      await scene.end([victim.name]);
    },
  );
}
