import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createGate } from './gate.ts';

test('shut, it waits for those inside and lets nobody in until it is opened', async () => {
  const gate = createGate();
  const seen: string[] = [];
  const enter = (name: string, ms: number) =>
    gate.pass(async () => {
      await delay(ms);
      seen.push(name);
    });
  const first = enter('inside', 20);
  const shutting = gate.shut().then(() => seen.push('shut'));
  const second = enter('outside', 0);
  await Promise.all([first, shutting]);
  await delay(20);
  expect(seen).toEqual(['inside', 'shut']);
  gate.open();
  await second;
  expect(seen).toEqual(['inside', 'shut', 'outside']);
});

test('whoever fails inside has left', async () => {
  const gate = createGate();
  await expect(gate.pass(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
  await gate.shut();
});
