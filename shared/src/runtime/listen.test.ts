import { Agent, get, type IncomingMessage } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '@razao/stack/ports.ts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { httpService } from './listen.ts';
import type { Service } from './service.ts';

const SLOW_MS = 150;

let port: number;
let service: Service;
const agents: Agent[] = [];
beforeEach(async () => {
  port = await freePort();
  const fetch = async (request: Request) => {
    if (request.url.endsWith('/slow')) await delay(SLOW_MS);
    return new Response('ok');
  };
  service = httpService({ fetch }, { host: '127.0.0.1', port });
  await service.start();
});
afterEach(async () => {
  for (const agent of agents.splice(0)) agent.destroy();
  await service.stop();
});

test('while it runs, a connection serves one request after another', async () => {
  const ask = client();
  expect([await ask('/'), await ask('/')]).toEqual([
    { status: 200, closes: false, reused: false },
    { status: 200, closes: false, reused: true },
  ]);
});

test('a request in hand is finished, and says that its connection ends', async () => {
  const answer = client()('/slow');
  await delay(SLOW_MS / 3);
  const stopped = service.stop();
  expect(await answer).toEqual({ status: 200, closes: true, reused: false });
  await stopped;
});

test('a request on a connection that was idle is served, if it comes soon', async () => {
  const ask = client();
  await ask('/');
  const stopped = service.stop();
  await delay(100);
  expect(await ask('/')).toEqual({ status: 200, closes: true, reused: true });
  await stopped;
});

test('a request on a connection that nobody has taken yet is served', async () => {
  const answer = client()('/');
  const stopped = service.stop();
  expect((await answer).status).toBe(200);
  await stopped;
});

test('a request that came while the process did something else for long is served', async () => {
  const ask = client();
  await ask('/');
  const stopped = service.stop();
  await delay(SLOW_MS);
  const answer = ask('/');
  // Longer than an idle connection is kept.
  const until = performance.now() + 1_500;
  while (performance.now() < until);
  expect(await answer).toEqual({ status: 200, closes: true, reused: true });
  await stopped;
});

test('a connection that stays idle is closed, and holds nothing up', async () => {
  await client()('/');
  const at = performance.now();
  await service.stop();
  expect(performance.now() - at).toBeLessThan(5_000);
});

test('no further connection is taken', async () => {
  const answer = client()('/slow');
  await delay(SLOW_MS / 3);
  const stopped = service.stop();
  await delay(SLOW_MS / 3);
  await expect(client()('/')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  await Promise.all([answer, stopped]);
});

test('it may be stopped twice', async () => {
  await service.stop();
  await service.stop();
});

/** A client with one connection, which it keeps as long as it may. */
function client() {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  agents.push(agent);
  return (path: string) =>
    new Promise<{ status: number; closes: boolean; reused: boolean }>((resolve, reject) => {
      const request = get({ host: '127.0.0.1', port, path, agent }, (answer: IncomingMessage) => {
        answer.resume().once('end', () =>
          resolve({
            status: answer.statusCode ?? 0,
            closes: answer.headers.connection === 'close',
            reused: request.reusedSocket,
          }),
        );
      });
      request.once('error', reject);
    });
}
