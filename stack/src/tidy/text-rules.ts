import { isSource, isTest, type RepositoryFile } from './files.ts';

/** No note to self: what is left to do is an issue, or done before the commit. */
export function markerFaults(files: RepositoryFile[]): string[] {
  // Spelled apart, so that this file passes its own rule.
  const marker = new RegExp(`\\b(${['TO', 'DO'].join('')}|${['FIX', 'ME'].join('')})\\b`);
  return files.flatMap(({ path, text }) =>
    lines(text)
      .filter(({ line }) => marker.test(line))
      .map(({ number }) => `${path}:${number} holds a note to self`),
  );
}

/** A document has one title. */
export function headingFaults(files: RepositoryFile[]): string[] {
  return files
    .filter(({ path }) => path.endsWith('.md'))
    .map(({ path, text }) => ({
      path,
      titles: text.replace(/^```[\s\S]*?^```/gm, '').match(/^# /gm),
    }))
    .filter(({ titles }) => titles?.length !== 1)
    .map(({ path, titles }) => `${path} has ${titles?.length ?? 0} titles (# ...), not one`);
}

/** Tests run against real servers; a mocked module proves nothing about the real one. */
export function mockFaults(files: RepositoryFile[]): string[] {
  const mock = new RegExp(`\\b${['vi', '(mock|doMock)\\('].join('\\.')}`);
  return files
    .filter(({ text }) => mock.test(text))
    .map(({ path }) => `${path} mocks a module; use the real one`);
}

/** Text that writes to the database stands in sql/ only, where tests prepare every statement against the schema. */
export function writeSqlFaults(files: RepositoryFile[]): string[] {
  const write = /\b(insert\s+into|update\s+\w+\s+set|delete\s+from)\b/i;
  return files
    .filter(({ path }) => isSource(path) && !path.startsWith('sql/'))
    .flatMap(({ path, text }) =>
      lines(withoutComments(text))
        .filter(({ line }) => write.test(line))
        .map(({ number }) => `${path}:${number} writes to the database; put it into sql/commands/`),
    );
}

/** A command that no program names is dead. */
export function unusedSqlFaults(files: RepositoryFile[]): string[] {
  const source = files.filter(({ path }) => isSource(path)).map(({ text }) => text);
  const commands = files.filter(({ path }) => /^sql\/commands\/.*\.sql$/.test(path));
  return commands
    .map(({ path }) => ({ path, name: path.slice('sql/commands/'.length, -'.sql'.length) }))
    .filter(({ name }) => {
      const named = new RegExp(`['"\`/]${name}(\\.sql)?['"\`]`);
      return !source.some((text) => named.test(text));
    })
    .map(({ path }) => `${path} is named by no .ts file`);
}

/** Only the named files may open connections: importing anything else connects to nothing. */
export function constructorFaults(
  files: RepositoryFile[],
  allowed: Record<string, string[]>,
): string[] {
  return files
    .filter(({ path }) => /\.(ts|mjs)$/.test(path) && !isTest(path))
    .flatMap(({ path, text }) =>
      Object.entries(allowed)
        .filter(([name, paths]) => {
          const construct = new RegExp(`new (\\w+\\.)?${name}(<[^>]*>)?\\(`);
          return !paths.includes(path) && construct.test(withoutComments(text));
        })
        .map(([name]) => `${path} makes a ${name}; only ${allowed[name]?.join(', ')} may`),
    );
}

function lines(text: string): { line: string; number: number }[] {
  return text.split('\n').map((line, index) => ({ line, number: index + 1 }));
}

/** Comments blanked out, line numbers kept. Good enough for our own formatted source; not a parser. */
function withoutComments(text: string): string {
  return text
    .replace(/\/\*[\s\S]*?\*\//g, (comment) => comment.replace(/[^\n]/g, ' '))
    .replace(/(^|\s)\/\/.*$/gm, '$1');
}
