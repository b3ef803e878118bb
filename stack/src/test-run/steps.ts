import { join } from 'node:path';
import { ROOT, TEST_DIRECTORY } from '../paths.ts';

export type Step = {
  name: string;
  /** Script below node_modules and its arguments. */
  command: string[];
  /** Where Vitest leaves its report; a step without one is a single check. */
  report?: string;
  /** Whether it needs Postgres and Redis. */
  services: boolean;
};

const tool = (path: string) => join(ROOT, 'node_modules', path);

/** Everything that `npm test` can run, in its order; `long` is only run by `npm run test:long`. */
const STEPS: Step[] = [
  check('lint', '@biomejs/biome/bin/biome', 'check', '--error-on-warnings', '.'),
  check('types', 'typescript/bin/tsc', '-p', '.'),
  check('unused', 'knip/bin/knip.js', '--treat-config-hints-as-errors'),
  vitest('unit', false),
  vitest('integration', true),
  vitest('e2e', true),
  vitest('long', true),
];

const CHECKS = ['lint', 'types', 'unused'];

/**
 * Which steps the arguments ask for. Words that name a step (or `check`, the first three) select; all the rest goes to
 * Vitest as a filter, and then only test steps run.
 */
export function selectSteps(args: string[]): { steps: Step[]; filters: string[] } {
  const named = args
    .flatMap((arg) => (arg === 'check' ? CHECKS : arg === '--long' ? ['long'] : [arg]))
    .filter((arg) => STEPS.some(({ name }) => name === arg));
  const filters = args.filter(
    (arg) => !named.includes(arg) && arg !== 'check' && arg !== '--long' && arg !== '--',
  );
  const wanted = named.length > 0 ? named : STEPS.map(({ name }) => name).slice(0, -1);
  const steps = STEPS.filter(({ name }) => wanted.includes(name));
  const filtered = steps.filter(({ report }) => filters.length === 0 || report !== undefined);
  return { steps: filtered, filters };
}

function check(name: string, script: string, ...args: string[]): Step {
  return { name, command: [tool(script), ...args], services: false };
}

function vitest(name: string, services: boolean): Step {
  const report = join(TEST_DIRECTORY, `report-${name}.json`);
  const command = [tool('vitest/vitest.mjs'), 'run', '--project', name, '--passWithNoTests'];
  command.push('--reporter=default', '--reporter=json', `--outputFile.json=${report}`);
  return { name, command, report, services };
}
