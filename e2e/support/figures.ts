import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { TEST_DIRECTORY } from '@razao/stack/paths.ts';

/** Notes what a test measured in .razao/test/figures.log, for people. */
export function note(what: string, value: number, unit: 'ms' | 'lines' = 'ms'): void {
  appendFileSync(join(TEST_DIRECTORY, 'figures.log'), `${what}: ${Math.round(value)} ${unit}\n`);
}
