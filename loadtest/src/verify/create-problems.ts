/** What differs from what was expected: all are counted, the first of each kind are kept for people to read. */
export type Problems = {
  add(kind: string, example: string): void;
  /** One line per kind; empty when nothing differs. */
  lines(): string[];
};

const EXAMPLES_MAX = 3;

/** No problem yet. */
export function createProblems(): Problems {
  const kinds = new Map<string, { count: number; examples: string[] }>();
  return {
    add(kind, example) {
      const known = kinds.get(kind) ?? { count: 0, examples: [] };
      known.count += 1;
      if (known.examples.length < EXAMPLES_MAX) {
        known.examples.push(example);
      }
      kinds.set(kind, known);
    },
    lines: () =>
      [...kinds].map(([kind, { count, examples }]) => {
        const more = count > examples.length ? '; …' : '';
        return `${kind} (${count}): ${examples.join('; ')}${more}`;
      }),
  };
}
