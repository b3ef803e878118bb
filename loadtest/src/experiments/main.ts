import { onStopSignals } from '@razao/stack/stop-signals.ts';
import { createProblems } from '../verify/create-problems.ts';
import { runApply } from './apply/run-apply.ts';
import { openBench } from './bench/open-bench.ts';
import { runChunks } from './chunks/run-chunks.ts';
import { runCommitters } from './committers/run-committers.ts';
import {
  MEASURE_USAGE,
  type MeasureOptions,
  parseMeasureOptions,
} from './parse-measure-options.ts';

/** What a shell reports for a program that Ctrl-C ended. */
const INTERRUPTED = 130;

const EXPERIMENTS = { chunks: runChunks, committers: runCommitters, apply: runApply };

const print = (text: string) => process.stdout.write(`${text}\n`);
const say = (line: string) => process.stderr.write(`${line}\n`);

/** The experiments behind DECISIONS.md. Returns the exit code: 1 where an end state is wrong, 2 for a wrong command line. */
async function main(args: string[]): Promise<number> {
  let options: MeasureOptions;
  try {
    options = parseMeasureOptions(args);
  } catch (error) {
    say(`${(error as Error).message}\n\n${MEASURE_USAGE}`);
    return 2;
  }
  const bench = await openBench(say);
  onStopSignals({
    first: () => void bench.stop().finally(() => process.exit(INTERRUPTED)),
    second: () => process.exit(INTERRUPTED),
  });
  const problems = createProblems();
  try {
    for (const name of options.experiments) {
      print(await EXPERIMENTS[name]({ bench, seconds: options.seconds, problems, say }));
    }
  } finally {
    await bench.stop();
  }
  const lines = problems.lines();
  print(lines.length === 0 ? 'every end state is right' : `WRONG\n  ${lines.join('\n  ')}`);
  return lines.length === 0 ? 0 : 1;
}

let code = 1;
try {
  code = await main(process.argv.slice(2));
} catch (error) {
  say(`measure: ${error instanceof Error ? (error.stack ?? error.message) : error}`);
}
// Not left to end by itself: a case that failed may have left connections behind that try again for ever.
process.exit(code);
