import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../paths.ts';

/** A file of the repository: its path from the root and its text. */
export type RepositoryFile = { path: string; text: string };

const SKIPPED = new Set(['node_modules', '.git', '.razao', 'coverage']);
const READ = /\.(ts|mjs|sql|md)$/;

/** Every source and document of the repository, in the order of their paths. */
export function repositoryFiles(folder = ''): RepositoryFile[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true })
    .filter((entry) => !SKIPPED.has(entry.name))
    .flatMap((entry) => {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) {
        return repositoryFiles(path);
      }
      return READ.test(path) ? [{ path, text: readFileSync(join(ROOT, path), 'utf8') }] : [];
    })
    .sort((left, right) => left.path.localeCompare(right.path));
}

/** True for tests and for what only tests use. */
export function isTest(path: string): boolean {
  return /\.(test|cases)\.ts$/.test(path) || /^e2e\/|\/test\//.test(path);
}

/** True for a program's source, tests excluded. */
export function isSource(path: string): boolean {
  return /\.(ts|mjs)$/.test(path) && !isTest(path);
}
