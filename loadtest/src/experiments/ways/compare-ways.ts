import type { ExperimentDeps } from '../bench/experiment.ts';
import { formatNoise } from '../bench/format-noise.ts';
import { interleave } from '../bench/interleave.ts';
import { KINDS } from '../books/create-commands.ts';
import { seedBooks } from '../books/seed-books.ts';
import { withBooks } from '../books/with-books.ts';
import { formatWays } from './format-ways.ts';
import type { Way } from './run-way.ts';

/** Runs every way on spread accounts and on a hot one, each on books of its own, and lays the results out. */
export async function compareWays(
  deps: ExperimentDeps,
  ways: readonly Way[],
  { title, ceiling }: { title: string; ceiling?: string },
): Promise<string> {
  const seed = await seedBooks(deps.bench.postgresUrl);
  const cases = KINDS.flatMap((kind) =>
    ways.map(({ name, run, broken = [] }) => ({
      kind,
      way: name,
      name: `${kind}, ${name}`,
      run: () => withBooks({ ...deps, seed, kind, broken }, (books) => run(deps, books)),
    })),
  );
  const all = await interleave(cases, deps.say);
  const table = (kind: string) => {
    const own = cases.flatMap((one, index) =>
      one.kind === kind ? [{ name: one.way, results: all[index]?.results ?? [] }] : [],
    );
    return formatWays(own, ceiling).map((line) => `    ${line}`);
  };
  return [
    `${title}; node and postgres in CPU µs a transaction`,
    ...KINDS.flatMap((kind) => [`  ${kind}`, ...table(kind)]),
    formatNoise(all.flatMap(({ results }) => results.map(({ cost }) => cost))),
  ].join('\n');
}
