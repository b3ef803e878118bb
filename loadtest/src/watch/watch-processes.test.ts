import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { watchProcesses } from './watch-processes.ts';

test.skipIf(!existsSync('/proc/stat'))(
  'a busy grandchild counts for its family, not for us',
  async () => {
    // It ends by itself: whoever kills its parent does not reach it.
    const spin = 'const end = Date.now() + 900; while (Date.now() < end);';
    const busy = `require('node:child_process').spawnSync(process.execPath, ['-e', '${spin}'])`;
    const child = spawn(process.execPath, ['-e', busy]);
    try {
      const stop = watchProcesses(() => [
        { name: 'busy', pid: child.pid ?? 0, withDescendants: true },
        { name: 'gone', pid: 2 ** 22 + 1, withDescendants: true },
      ]);
      await sleep(800);
      const usages = stop();
      const [family, self] = usages;
      expect(usages.map(({ name }) => name)).toEqual(['busy', 'load', 'others']);
      // How much it gets depends on who else wants the cores.
      expect(family?.cpuPercent).toBeGreaterThan(15);
      expect(family?.memoryMib).toBeGreaterThan(40);
      expect(self?.cpuPercent).toBeLessThan(family?.cpuPercent ?? 0);
      expect(self?.memoryMib).toBeGreaterThan(20);
    } finally {
      child.kill();
    }
  },
);
