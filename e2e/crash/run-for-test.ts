import { join } from 'node:path';
import { TEST_DIRECTORY } from '@razao/stack/paths.ts';
import { clearStackDirectory } from '@razao/stack/test-run/leftovers.ts';
import { formatReport, type Report } from './report.ts';
import { type CrashRun, runCrash } from './run-crash.ts';

/** A crash run in the folder of the tests, deleted again where nothing was found. `signal` ends it early. */
export async function runForTest(
  name: string,
  run: Pick<CrashRun, 'kills' | 'seed' | 'only' | 'signal'>,
): Promise<Report> {
  const directory = join(TEST_DIRECTORY, name);
  const say = (line: string) => process.stderr.write(`${line}\n`);
  await clearStackDirectory(directory);
  const report = await runCrash({ ...run, directory, say });
  say(formatReport(report));
  if (report.ok) await clearStackDirectory(directory);
  return report;
}
