import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { answersTcp, freePort } from '@razao/stack/ports.ts';
import { drive } from '../drive/drive.ts';
import { createEncoder } from '../generate/create-encoder.ts';
import { transferBody } from '../generate/transfer-body.ts';

const SECONDS = { warm: 1, measured: 3 };
const START_MS_MAX = 20_000;

/** How many requests a second the bare route answered before a run, and after it. */
export type Bare = { before: number; after: number };

/** Measures the bare route before a run and after it: the speed of a machine changes while one looks. */
export async function withBare<T>(
  connections: number,
  run: () => Promise<T>,
  seconds = SECONDS,
): Promise<T & { bare: Bare }> {
  const before = await measureBare(connections, seconds);
  const result = await run();
  return { ...result, bare: { before, after: await measureBare(connections, seconds) } };
}

/** Requests a second that a bare Hono route, in a process of its own, answers to so many connections. */
async function measureBare(connections: number, seconds = SECONDS): Promise<number> {
  const port = await freePort();
  const route = spawn(process.execPath, [join(import.meta.dirname, 'route.ts'), String(port)], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const exited = once(route, 'exit');
  try {
    for (const end = performance.now() + START_MS_MAX; !(await answersTcp('127.0.0.1', port)); ) {
      if (performance.now() > end) throw new Error('the bare route did not start');
      await delay(50);
    }
    await ask(port, connections, seconds.warm);
    return await ask(port, connections, seconds.measured);
  } finally {
    route.kill();
    await exited;
  }
}

async function ask(port: number, connections: number, seconds: number): Promise<number> {
  const apiUrl = `http://127.0.0.1:${port}`;
  const encode = createEncoder({ apiUrl, ledger: 'bare', key: 'none' });
  const body = transferBody(['users:1', 'users:2'], { source: 0, destination: 1, amount: 100 });
  let count = 0;
  let answered = 0;
  const { startedAt, endedAt } = await drive<string>({
    apiUrl,
    connections,
    seconds,
    next: () => `bare-${count++}`,
    encode: (key) => encode(key, body),
    onAnswer(_, { status }) {
      if (status === 202) answered += 1;
    },
  });
  return answered / ((endedAt - startedAt) / 1_000);
}
