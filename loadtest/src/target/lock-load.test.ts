import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { lockLoad } from './lock-load.ts';

const directory = mkdtempSync(join(tmpdir(), 'razao-lock-'));
afterAll(() => rmSync(directory, { recursive: true }));

test('it is free, taken, and free again', () => {
  const file = join(directory, 'load/a.pid');
  const unlock = lockLoad(file);
  expect(existsSync(file)).toBe(true);
  unlock();
  expect(existsSync(file)).toBe(false);
});

test('another living load test keeps us out, a dead one or another program does not', async () => {
  const file = join(directory, 'b.pid');
  const other = spawn(process.execPath, [
    '-e',
    'setInterval(() => {}, 1e6)',
    'loadtest/src/main.ts',
  ]);
  await once(other, 'spawn');
  try {
    writeFileSync(file, String(other.pid));
    expect(() => lockLoad(file)).toThrow(`pid ${other.pid}`);
  } finally {
    other.kill('SIGKILL');
    await once(other, 'exit');
  }
  lockLoad(file)();
  writeFileSync(file, '1');
  lockLoad(file)();
});
