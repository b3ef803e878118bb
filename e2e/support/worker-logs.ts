import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { TEST_DIRECTORY } from '@razao/stack/paths.ts';

type LoggedError = { code?: string; cause?: LoggedError };
export type LogLine = { level: string; msg: string; shard?: number; err?: LoggedError };

/** What the workers of a world log from now on. */
export function followWorkerLogs(world: string, workers: readonly string[]): () => LogLine[] {
  const read = () =>
    workers.map((name) =>
      readFileSync(join(TEST_DIRECTORY, `e2e-${world}/logs/${name}.log`), 'utf8').split('\n'),
    );
  // The last one is not ended yet.
  const seen = read().map((lines) => lines.length - 1);
  return () =>
    read().flatMap((lines, i) =>
      lines
        .slice(seen[i], -1)
        .filter((line) => line.startsWith('{'))
        .map((line) => JSON.parse(line) as LogLine),
    );
}

/** A metric of all these workers, summed over the series whose labels contain a text. */
export async function sumMetric(
  workers: readonly { url: string }[],
  name: string,
  labels: string,
): Promise<number> {
  const texts = await Promise.all(
    workers.map(({ url }) => fetch(`${url}/metrics`).then((answer) => answer.text())),
  );
  return texts
    .flatMap((text) => text.split('\n'))
    .filter((line) => line.startsWith(`${name}{`) && line.includes(labels))
    .reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}
