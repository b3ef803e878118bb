import type { Installation } from '@razao/shared/runtime/installation.ts';
import { beforeEach, expect, test } from 'vitest';
import { untilKnown } from './until-known.ts';

let known: boolean;
let usable: boolean;
let api: ReturnType<typeof untilKnown>;

beforeEach(() => {
  known = false;
  usable = false;
  const installation = { known: () => known, guard: { usable: () => usable } };
  const app = { fetch: () => new Response('served') };
  api = untilKnown(app, installation as Installation);
});

function ask(path = '/v1/ledgers/a'): Promise<Response> {
  return Promise.resolve(api.fetch(new Request(`http://api${path}`), {}));
}

test('what comes while it starts is held, and served once it can be', async () => {
  const asked = [ask(), ask()];
  setTimeout(() => {
    known = true;
    usable = true;
  }, 100);
  for (const answer of await Promise.all(asked)) expect(await answer.text()).toBe('served');
});

test('it tells of itself at once', async () => {
  expect(await (await ask('/readyz')).text()).toBe('served');
});

test('nobody is held for long, nor after that: it refuses', async () => {
  expect((await ask()).status).toBe(503);
  const started = performance.now();
  expect((await ask()).status).toBe(503);
  expect(performance.now() - started).toBeLessThan(2_000);
  // It turns all the same.
  expect(await (await ask('/livez')).text()).toBe('served');
  // Without Redis it answers what it can.
  known = true;
  expect(await (await ask()).text()).toBe('served');
}, 20_000);
