import { writeFileSync } from 'node:fs';
import { onStopSignals } from '@razao/stack/stop-signals.ts';
import { readConfig } from './config.ts';
import { type Options, parseOptions, USAGE } from './parse-options.ts';
import { runScenario } from './scenarios/run-scenario.ts';
import { findTarget } from './target/find-target.ts';

/** What a shell reports for a program that Ctrl-C ended. */
const INTERRUPTED = 130;

const print = (text: string) => process.stdout.write(`${text}\n`);
const say = (line: string) => process.stderr.write(`${line}\n`);

/** The whole load test. Returns the exit code: 1 where something differs from what had to be, 2 for a wrong command line. */
async function main(args: string[]): Promise<number> {
  let options: Options;
  try {
    options = parseOptions(args);
  } catch (error) {
    say(`${(error as Error).message}\n\n${USAGE}`);
    return 2;
  }
  const config = readConfig(process.env);
  // A stack of our own must not outlive a Ctrl-C, not even one that is just starting.
  const starting = new AbortController();
  let stop = async () => starting.abort(new Error('stopped by a signal'));
  onStopSignals({
    first: () => void stop(),
    second: () => process.exit(INTERRUPTED),
  });
  const target = await findTarget(options, config, { say, signal: starting.signal });
  stop = () => target.stop().finally(() => process.exit(INTERRUPTED));
  try {
    const report = await runScenario(options, config.key, target, { print, say });
    if (options.jsonFile !== null) {
      writeFileSync(options.jsonFile, `${JSON.stringify(report, null, 2)}\n`);
    }
    return report.ok ? 0 : 1;
  } finally {
    await target.stop();
  }
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  say(`load: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
}
