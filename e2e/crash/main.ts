import { onStopSignals } from '@razao/stack/stop-signals.ts';
import { clearStackDirectory } from '@razao/stack/test-run/leftovers.ts';
import { CRASH_DIRECTORY, lockCrash } from './directory.ts';
import { type CrashOptions, parseOptions, USAGE } from './options.ts';
import { formatReport, type Report } from './report.ts';
import { runCrash } from './run-crash.ts';

/** What a shell reports for a program that Ctrl-C ended. */
const INTERRUPTED = 130;
const VIOLATIONS_SHOWN_MAX = 100;

const print = (text: string) => process.stdout.write(`${text}\n`);
const say = (line: string) => process.stderr.write(`${line}\n`);

/** The whole crash run. Returns the exit code: 1 where a promise was broken, 2 for a wrong command line. */
async function main(args: string[]): Promise<number> {
  let options: CrashOptions;
  try {
    options = parseOptions(args);
  } catch (error) {
    say(`${(error as Error).message}\n\n${USAGE}`);
    return 2;
  }
  const { kills, seed, only, json } = options;
  const interrupted = new AbortController();
  onStopSignals({
    first: () => interrupted.abort(new Error('stopped by a signal')),
    second: () => process.exit(INTERRUPTED),
  });
  const unlock = lockCrash();
  try {
    say(`seed ${seed}, ${kills} rounds`);
    // What a run that was itself killed has left behind.
    await clearStackDirectory(CRASH_DIRECTORY);
    const { signal } = interrupted;
    const report = await runCrash({ kills, seed, only, directory: CRASH_DIRECTORY, signal, say });
    print(json ? JSON.stringify(report, null, 2) : formatReport(report));
    if (report.ok) await clearStackDirectory(CRASH_DIRECTORY);
    else sayViolations(report);
    return report.ok ? 0 : 1;
  } catch (error) {
    if (interrupted.signal.aborted) return INTERRUPTED;
    say(`crash (seed ${seed}): ${error instanceof Error ? error.stack : error}`);
    say(`data and logs are in ${CRASH_DIRECTORY}`);
    return 1;
  } finally {
    unlock();
  }
}

function sayViolations({ seed, violations }: Report): void {
  for (const violation of violations.slice(0, VIOLATIONS_SHOWN_MAX)) say(violation);
  if (violations.length > VIOLATIONS_SHOWN_MAX)
    say(`and ${violations.length - VIOLATIONS_SHOWN_MAX} more`);
  say(`seed ${seed}: ${violations.length} violations; data and logs are in ${CRASH_DIRECTORY}`);
}

// The clients of an interrupted run may still wait for answers; nothing of ours is running any more.
process.exit(await main(process.argv.slice(2)));
