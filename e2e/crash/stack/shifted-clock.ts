import { globSync } from 'node:fs';
import { join } from 'node:path';
import { SetupError } from '@razao/stack/services/service.ts';
import { systemProgram } from '@razao/stack/services/system-program.ts';
import type { Env } from './crash-stack.ts';

const FAKETIME = {
  name: 'faketime',
  debian: 'faketime',
  brew: 'libfaketime',
  otherwise: 'install libfaketime',
};
const LIBRARIES = '/usr/lib/*/faketime/libfaketimeMT.so.1';
const SHIM = join(import.meta.dirname, 'shift-clock.mjs');

let library: string | undefined;

/** Looks for libfaketime, and installs it where that is possible: to be done before anything waits for this process. */
export function prepareClocks(say: (line: string) => void): void {
  try {
    systemProgram(['faketime'], FAKETIME, say);
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    say(`${error.message}; clocks are shifted within Node instead`);
  }
  [library] = globSync(LIBRARIES);
}

/** The environment of a process whose clock is so many milliseconds ahead; with 0, that of one whose clock is right. */
export function clockEnv(ms: number): Env {
  const names = ['LD_PRELOAD', 'FAKETIME', 'FAKETIME_DONT_FAKE_MONOTONIC', 'NODE_OPTIONS'];
  const none = Object.fromEntries([...names, 'SHIFT_CLOCK_MS'].map((name) => [name, undefined]));
  if (ms === 0) return none;
  if (library === undefined)
    return { ...none, NODE_OPTIONS: `--import=${SHIM}`, SHIFT_CLOCK_MS: String(ms) };
  return {
    ...none,
    LD_PRELOAD: library,
    FAKETIME: `${ms < 0 ? '-' : '+'}${Math.abs(ms) / 1_000}`,
    // Timers go by the monotonic clock, which no clock setting touches.
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
  };
}
