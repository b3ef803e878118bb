import { mkdirSync, rmSync } from 'node:fs';
import { TEST_DIRECTORY } from './paths.ts';
import { createSay } from './say.ts';
import { SetupError } from './services/service.ts';
import { onStopSignals } from './stop-signals.ts';
import {
  type Count,
  closingLine,
  countStep,
  exitCodeOf,
  readReport,
  sumCounts,
} from './test-run/count.ts';
import { openTestServices } from './test-run/open-test-services.ts';
import { runCommand } from './test-run/run-command.ts';
import { type Step, selectSteps } from './test-run/steps.ts';

const say = createSay();

/** `npm test`: every selected step, whether or not one before it failed; ends with `N passed, N failed`. */
async function main(args: string[], signal: AbortSignal): Promise<number> {
  const { steps, filters } = selectSteps(args);
  const needed = steps.some(({ services }) => services);
  const services = needed ? await openTestServices(say).catch(sayWhy) : undefined;
  const counts: Count[] = [];
  try {
    mkdirSync(TEST_DIRECTORY, { recursive: true });
    const env: Record<string, string> = { ...services?.env };
    if (args.includes('--long')) {
      env['RAZAO_LONG'] = '1';
    }
    for (const step of steps) {
      if (step.services && services === undefined) {
        say(`${step.name}: cannot run without Postgres and Redis`);
        counts.push({ passed: 0, failed: 1, skipped: 0 });
      } else if (!signal.aborted) {
        counts.push(await runStep(step, filters, env, signal));
      }
    }
  } finally {
    await services?.stop();
  }
  const sum = sumCounts(counts);
  if (signal.aborted) {
    console.log('interrupted');
    return 130;
  }
  console.log(closingLine(sum));
  return exitCodeOf(sum);
}

/** Without services the other steps still run; those that need them count as failed. */
function sayWhy(error: unknown): undefined {
  console.error(error instanceof SetupError ? error.message : error);
}

async function runStep(
  { name, command, report }: Step,
  filters: string[],
  env: Record<string, string>,
  signal: AbortSignal,
): Promise<Count> {
  say(name);
  const startedAt = performance.now();
  if (report !== undefined) {
    rmSync(report, { force: true });
  }
  const code = await runCommand(report ? [...command, ...filters] : command, env, signal);
  const count = countStep(code, report === undefined ? undefined : readReport(report));
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  say(`${name}: ${closingLine(count)} (${seconds} s)`);
  return count;
}

const interrupted = new AbortController();
onStopSignals({ first: () => interrupted.abort(), second: () => process.exit(130) });
try {
  process.exit(await main(process.argv.slice(2), interrupted.signal));
} catch (error) {
  sayWhy(error);
  process.exit(1);
}
