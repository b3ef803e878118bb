import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createGate, type Gate } from './gate.ts';

let gate: Gate;
let log: string[];
let leave: Map<string, () => void>;

function open(): void {
  gate = createGate();
  log = [];
  leave = new Map();
}

/** Somebody who stays inside until told to leave. */
function come(name: string, how: keyof Gate = 'shared'): Promise<void> {
  return gate[how](async () => {
    log.push(`${name} in`);
    await new Promise<void>((resolve) => leave.set(name, resolve));
    log.push(`${name} out`);
  });
}

async function go(name: string): Promise<void> {
  leave.get(name)?.();
  await setImmediate();
}

test('who shares it is let in beside others; who wants it alone waits for all of them, and they for it', async () => {
  open();
  const all = [come('a'), come('b'), come('X', 'alone'), come('c'), come('d')];
  await setImmediate();
  expect(log).toEqual(['a in', 'b in']);
  await go('a');
  expect(log).toEqual(['a in', 'b in', 'a out']);
  await go('b');
  expect(log.slice(3)).toEqual(['b out', 'X in']);
  await go('X');
  expect(log.slice(5)).toEqual(['X out', 'c in', 'd in']);
  await go('c');
  await go('d');
  await Promise.all(all);
});

test('two that want it alone have it one after the other', async () => {
  open();
  const all = [come('X', 'alone'), come('Y', 'alone')];
  await setImmediate();
  expect(log).toEqual(['X in']);
  await go('X');
  expect(log).toEqual(['X in', 'X out', 'Y in']);
  await go('Y');
  await Promise.all(all);
});

test('what fails inside lets the next one in, and tells who asked', async () => {
  open();
  const failing = gate.alone(() => Promise.reject(new Error('no')));
  const next = come('a');
  await expect(failing).rejects.toThrow('no');
  await setImmediate();
  expect(log).toEqual(['a in']);
  await go('a');
  await next;
});
