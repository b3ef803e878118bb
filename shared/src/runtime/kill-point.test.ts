import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, test } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'razao-kill-points-'));
const file = join(folder, 'before-apply');
beforeEach(() => rmSync(file, { force: true }));
afterAll(() => rmSync(folder, { recursive: true }));

/** A process that passes the point `before-apply` with a detail, and says so if it lives. */
function pass(detail: string, env: Record<string, string> = { RAZAO_KILL_POINTS: folder }) {
  const program = `
    import { killPoint } from '${join(import.meta.dirname, 'kill-point.ts')}';
    Promise.resolve().then(() => console.log('queued before'));
    process.on('exit', () => console.log('at the end'));
    killPoint('before-apply', () => '${detail}');
    console.log('alive');`;
  const options = { env: { ...process.env, ...env }, encoding: 'utf8', timeout: 2_000 } as const;
  const { signal, stdout } = spawnSync(
    process.execPath,
    ['--input-type=module', '-e', program],
    options,
  );
  return { signal, lives: stdout.includes('alive'), said: stdout !== '' };
}

const LIVES = { signal: null, lives: true, said: true };
const DIES = { signal: 'SIGKILL', lives: false, said: false };

test('without a folder, or a file of its name, nothing happens', () => {
  writeFileSync(file, 'once');
  writeFileSync(join(folder, 'before-commit'), 'once');
  expect(pass('', { RAZAO_KILL_POINTS: join(folder, 'none') })).toEqual(LIVES);
  rmSync(file);
  expect(pass('')).toEqual(LIVES);
});

test('once: the process dies at once, and the next one lives', () => {
  writeFileSync(file, 'once\n');
  expect(pass('')).toEqual(DIES);
  expect(existsSync(file)).toBe(false);
  expect(pass('')).toEqual(LIVES);
});

test('always: each process dies whose detail contains the text, and no other', () => {
  writeFileSync(file, 'always b2');
  expect(pass('a1 b2 c3')).toEqual(DIES);
  expect(pass('a1 c3')).toEqual(LIVES);
  expect(pass('a1 b2')).toEqual(DIES);
});

test('spin: the process goes on for ever without a word', () => {
  writeFileSync(file, 'spin b2');
  expect(pass('a1 c3')).toEqual(LIVES);
  // Ended by the time limit only.
  expect(pass('b2')).toEqual({ signal: 'SIGTERM', lives: false, said: false });
});
