import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { installPackage, type SystemPackage } from './install-package.ts';
import { SetupError } from './service.ts';

// sbin is missing from the PATH of many non-root shells.
const FOLDERS = ['/usr/bin', '/usr/local/bin', '/usr/sbin', '/usr/local/sbin'];

/** The path of a program: the first of `names` that is there, else the first of them once its package was installed. */
export function systemProgram(
  names: readonly [string, ...string[]],
  wanted: SystemPackage,
  say: (line: string) => void = () => {},
): string {
  const found = names.map(findOnPath).find((path) => path !== undefined);
  if (found !== undefined) {
    return found;
  }
  installPackage(wanted, say);
  const installed = findOnPath(names[0]);
  if (installed === undefined) {
    throw new SetupError(`${names[0]} was installed but is not on PATH`);
  }
  return installed;
}

function findOnPath(name: string): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), ...FOLDERS];
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}
