import { readFileSync } from 'node:fs';
import type { WatchedProcess } from '../target/target.ts';
import { createMeter, type Usage } from './create-meter.ts';
import { parseMachine } from './parse-machine.ts';
import { readProcesses } from './read-processes.ts';

const INTERVAL_MS = 1000;

/**
 * Looks at the processes, and at this one as `load`, every second until the returned function is called, which gives what
 * each used meanwhile.
 */
export function watchProcesses(list: () => WatchedProcess[]): () => Usage[] {
  const meter = createMeter();
  // Without its descendants: a stack of its own runs as its children.
  const self = { name: 'load', pid: process.pid, withDescendants: false };
  const look = () => meter.take(readProcesses([...list(), self]), readMachine());
  const startedAt = performance.now();
  look();
  const timer = setInterval(look, INTERVAL_MS);
  // Whoever fails before calling back must not be kept alive by it.
  timer.unref();
  return () => {
    clearInterval(timer);
    look();
    return meter.summarise((performance.now() - startedAt) / 1000);
  };
}

/** Zero where there is no `/proc`. */
function readMachine(): number {
  try {
    return parseMachine(readFileSync('/proc/stat', 'latin1'));
  } catch {
    return 0;
  }
}
