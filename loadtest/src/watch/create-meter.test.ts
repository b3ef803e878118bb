import { expect, test } from 'vitest';
import { createMeter } from './create-meter.ts';

test('CPU time between the first and the last reading, memory at its highest', () => {
  const meter = createMeter();
  meter.take([{ name: 'api', pid: 7, ticks: 1000, memoryKib: 1024 }], 50_000);
  meter.take([{ name: 'api', pid: 7, ticks: 1100, memoryKib: 3072 }], 50_110);
  meter.take([{ name: 'api', pid: 7, ticks: 1150, memoryKib: 2048 }], 50_170);
  // 150 ticks are 1.5 s of CPU time; the machine used 170, so others had 20.
  expect(meter.summarise(2)).toEqual([
    { name: 'api', cpuPercent: 75, memoryMib: 3 },
    { name: 'others', cpuPercent: 10, memoryMib: null },
  ]);
});

test('a restarted process counts from zero again', () => {
  const meter = createMeter();
  meter.take([{ name: 'worker', pid: 7, ticks: 1000, memoryKib: 0 }], 0);
  meter.take([{ name: 'worker', pid: 8, ticks: 40, memoryKib: 0 }], 40);
  meter.take([{ name: 'worker', pid: 8, ticks: 100, memoryKib: 0 }], 100);
  expect(meter.summarise(1)).toMatchObject([{ cpuPercent: 100 }, { cpuPercent: 0 }]);
});
