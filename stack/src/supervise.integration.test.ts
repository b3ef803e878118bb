import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, expect, test } from 'vitest';
import { until } from '../test/until.ts';
import { freePort } from './ports.ts';
import { isAlive, waitForExit } from './processes/alive.ts';
import type { SuperviseTiming } from './processes/process-spec.ts';
import { SupervisedProcess } from './supervise.ts';

const folder = mkdtempSync(join(tmpdir(), 'razao-supervise-'));
const timing = {
  backoffFirstMs: 20,
  backoffMaxMs: 200,
  steadyMs: 60_000,
  probeIntervalMs: 50,
  silentMs: 400,
  firstAnswerMs: 4000,
  stopMs: 500,
};
const opened: SupervisedProcess[] = [];

async function fake({ fault = '', restart = true, over = {} as Partial<SuperviseTiming> } = {}) {
  const events: string[] = [];
  const port = await freePort();
  const logFile = join(folder, `${port}.log`);
  const supervised = new SupervisedProcess(
    {
      name: 'fake',
      entry: join(import.meta.dirname, '../test/fake-server.ts'),
      env: { PORT: String(port), FAKE: fault },
      host: '127.0.0.1',
      port,
      logFile,
    },
    { restart, onEvent: (text) => events.push(text), timing: { ...timing, ...over } },
  );
  opened.push(supervised);
  return { supervised, events, logFile };
}

afterEach(async () => {
  await Promise.all(opened.splice(0).map((supervised) => supervised.stop()));
});
afterAll(() => rmSync(folder, { recursive: true }));

test('a process that is killed starts again and answers', async () => {
  const { supervised, events } = await fake();
  await supervised.start();
  const first = supervised.pid;
  await supervised.kill();
  expect(isAlive(first ?? 0)).toBe(false);
  await supervised.start();
  expect(supervised.pid).not.toBe(first);
  expect(events[0]).toMatch(/ended \(SIGKILL\), starts again in 20 ms/);
});

test('a process that exits by itself starts again', async () => {
  const { supervised, events } = await fake();
  await supervised.start();
  const first = supervised.pid;
  await fetch(`${supervised.url}/crash`).catch(() => {});
  await until('another pid', () => supervised.pid !== null && supervised.pid !== first);
  expect(events[0]).toMatch(/code 7/);
});

test('a process whose /livez is silent is killed and starts again', async () => {
  const { supervised, events } = await fake();
  await supervised.start();
  const first = supervised.pid;
  void fetch(`${supervised.url}/hang`).catch(() => {});
  await until('another pid', () => supervised.pid !== null && supervised.pid !== first);
  expect(events).toContain('/livez silent for 0.4 s, killed');
  await supervised.start();
});

test('a stopped process (SIGSTOP) is silent too', async () => {
  const { supervised } = await fake();
  await supervised.start();
  const first = supervised.pid;
  await supervised.kill('SIGSTOP');
  await until('another pid', () => supervised.pid !== null && supervised.pid !== first);
});

test('a process that never answers is killed after its own, longer limit', async () => {
  const { supervised, events } = await fake({ fault: 'mute', over: { firstAnswerMs: 600 } });
  await expect(supervised.start()).rejects.toThrow(/does not answer/);
  await until('it was killed', () => events.some((event) => /silent for 0.6 s/.test(event)));
});

test('a process that cannot start is tried again more and more slowly', async () => {
  const { supervised, events } = await fake({ fault: 'broken' });
  await expect(supervised.start()).rejects.toThrow(/ends as soon as it starts/);
  await until('five deaths', () => events.length >= 5);
  const delays = events.map((event) => Number(/in (\d+) ms/.exec(event)?.[1]));
  expect(delays.slice(0, 5)).toEqual([20, 40, 80, 160, 200]);
});

test('without restart a killed process stays down until it is started', async () => {
  const { supervised } = await fake({ restart: false });
  await supervised.start();
  await supervised.kill();
  expect(supervised.pid).toBeNull();
  await supervised.start();
  expect(supervised.pid).not.toBeNull();
});

test('stop asks first; what does not listen is killed, and stays down', async () => {
  const { supervised, events } = await fake({ fault: 'stubborn' });
  await supervised.start();
  await supervised.stop();
  expect(supervised.pid).toBeNull();
  expect(events).toEqual(['did not stop within 500 ms, killed']);
});

test('what a process writes goes to its log', async () => {
  const { supervised, logFile } = await fake();
  await supervised.start();
  await until('a line', () => readFileSync(logFile, 'utf8').includes('"msg":"up"'));
});

test('a process does not outlive a supervisor that is killed', async () => {
  const holder = spawn(process.execPath, [join(import.meta.dirname, '../test/supervise-fake.ts')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(holder.stdout, 'data');
  const pid = Number(line);
  expect(isAlive(pid)).toBe(true);
  holder.kill('SIGKILL');
  expect(await waitForExit(pid, 5000)).toBe(true);
});
