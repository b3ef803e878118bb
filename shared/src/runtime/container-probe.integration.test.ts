import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { freePort } from '@razao/stack/ports.ts';
import { childrenOf, isAlive, waitForExit } from '@razao/stack/processes/alive.ts';
import { until } from '@razao/stack/test/until.ts';
import { afterEach, expect, test } from 'vitest';

const PROBE = join(import.meta.dirname, 'container-probe.ts');
const FAKE = join(import.meta.dirname, '../../../stack/test/fake-server.ts');
const SILENT_MS = 500;

let init: ChildProcess | undefined;
afterEach(async () => {
  for (const child of childrenOf(init?.pid ?? 0)) process.kill(child, 'SIGKILL');
  init?.kill('SIGKILL');
});

test('a program that answers is healthy and left alone', async () => {
  const { url, program } = await startContainer();
  expect(await probe(`${url}/livez`)).toBe(0);
  expect(isAlive(program)).toBe(true);
});

test('a program that takes the connection and stays silent is killed', async () => {
  const { url, program } = await startContainer();
  expect(await probe(`${url}/hang`)).toBe(1);
  expect(await waitForExit(program, 5_000)).toBe(true);
});

test('a program that does not listen is unhealthy and left alone: it may be starting', async () => {
  const { program } = await startContainer();
  expect(await probe(`http://127.0.0.1:${await freePort()}/livez`)).toBe(1);
  expect(isAlive(program)).toBe(true);
});

/** A program as the child of another, as `init: true` makes it. */
async function startContainer(): Promise<{ url: string; program: number }> {
  const port = await freePort();
  init = spawn('sh', ['-c', `'${process.execPath}' '${FAKE}'; true`], {
    env: { ...process.env, PORT: String(port), FAKE: '' },
  });
  const url = `http://127.0.0.1:${port}`;
  await until('the program answers', () =>
    fetch(`${url}/livez`).then(
      ({ ok }) => ok,
      () => false,
    ),
  );
  return { url, program: childrenOf(init.pid ?? 0)[0] ?? 0 };
}

async function probe(url: string): Promise<number> {
  const child = execFile(process.execPath, [PROBE, url, String(SILENT_MS), String(init?.pid)]);
  const [code] = await once(child, 'exit');
  return Number(code);
}
