import { globSync } from 'node:fs';
import { isSource, type RepositoryFile } from './files.ts';

const LINES_MAX = 300;
const MEDIAN_MAX = 100;
const TOP_FOLDERS = /^(api|worker|ledger|shared|sql|loadtest|stack|e2e|docs|grafana|\.ci)\//;
const ROOT_FILE = /^[\w-]+(\.[\w-]+)*\.(ts|md|json|yml|yaml)$/;

/** A file fits on a few screens: no source over 300 lines, half of them at most 100. */
export function sizeFaults(files: RepositoryFile[]): string[] {
  const sizes = files
    .filter(({ path }) => isSource(path))
    .map(({ path, text }) => ({ path, lines: text.trimEnd().split('\n').length }));
  const median = sizes.map(({ lines }) => lines).sort((a, b) => a - b)[sizes.length >> 1] ?? 0;
  const faults = sizes
    .filter(({ lines }) => lines > LINES_MAX)
    .map(({ path, lines }) => `${path} has ${lines} lines, more than ${LINES_MAX}`);
  return median > MEDIAN_MAX ? [...faults, `the median source file has ${median} lines`] : faults;
}

/** ARCHITECTURE.md stays short, is reachable from the README, and every path that it names exists. */
export function architectureFaults(
  files: RepositoryFile[],
  exists: (path: string) => boolean = (path) => globSync(path).length > 0,
): string[] {
  const textOf = (name: string) => files.find(({ path }) => path === name)?.text;
  const text = textOf('ARCHITECTURE.md');
  if (text === undefined) {
    return ['ARCHITECTURE.md is missing'];
  }
  const length = text.trimEnd().split('\n').length;
  const missing = namedPaths(text).filter((path) => !exists(path));
  return [
    ...missing.map((path) => `ARCHITECTURE.md names ${path}, which does not exist`),
    ...(length >= LINES_MAX ? [`ARCHITECTURE.md has ${length} lines, not under 300`] : []),
    ...(textOf('README.md')?.includes('ARCHITECTURE.md') ? [] : ['README.md does not link it']),
  ];
}

/** Every variable that a program reads stands in .env.example, where its default and unit are explained. */
export function environmentFaults(files: RepositoryFile[], example: string): string[] {
  const known = new Set(
    [...example.matchAll(/^#?\s*([A-Z][A-Z0-9_]+)=/gm)].map(([, name]) => name),
  );
  return files
    .filter(({ path }) => isSource(path) && /(^|\/)(start-)?config\.ts$|env-schema\.ts$/.test(path))
    .flatMap(({ path, text }) =>
      [...environmentNames(text)]
        .filter((name) => !known.has(name))
        .map((name) => `${path} reads ${name}, which .env.example lacks`),
    );
}

/** Names in capitals that are keys of a schema (`PORT: ...`), properties (`env.PORT`, `env['PORT']`) or arguments. */
function environmentNames(text: string): Set<string> {
  const found = text.matchAll(
    /(?:^\s*|[{,]\s*)([A-Z][A-Z0-9_]{2,}):|env\.([A-Z][A-Z0-9_]+)|env(?:\[|, )'([A-Z][A-Z0-9_]+)'/gm,
  );
  return new Set([...found].map(([, key, property, index]) => key ?? property ?? index ?? ''));
}

function namedPaths(text: string): string[] {
  const quoted = [...text.matchAll(/`([^`\s]+)`/g)].map(([, path]) => path ?? '');
  const paths = quoted.map((path) => path.replace(/:\d+$/, '').replace(/\/$/, ''));
  return [...new Set(paths)].filter(
    (path) => TOP_FOLDERS.test(`${path}/`) || (ROOT_FILE.test(path) && !path.includes('/')),
  );
}
