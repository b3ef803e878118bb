const REPETITIONS = 3;

export type Case<T> = { name: string; run: () => Promise<T> };
export type Results<T> = { name: string; results: T[] };

/** Runs every case three times, in turns: a minute in which the machine is busy with something else hits all alike. */
export async function interleave<T>(
  cases: readonly Case<T>[],
  say: (line: string) => void,
): Promise<Results<T>[]> {
  const all = cases.map(({ name }): Results<T> => ({ name, results: [] }));
  for (let repetition = 1; repetition <= REPETITIONS; repetition++) {
    for (const [index, { name, run }] of cases.entries()) {
      say(`${repetition} of ${REPETITIONS}: ${name}`);
      all[index]?.results.push(await run());
    }
  }
  return all;
}
