import { join } from 'node:path';

/** The checkout. */
export const ROOT = join(import.meta.dirname, '../..');

/** Everything that this checkout makes at run time: data, logs, what runs. Not in git. */
export const RAZAO_DIRECTORY = process.env['RAZAO_DIRECTORY'] || join(ROOT, '.razao');

/** Data and logs of test runs; may be deleted whenever no test runs. */
export const TEST_DIRECTORY = join(RAZAO_DIRECTORY, 'test');
