import { statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { SystemUser } from './postgres-user.ts';

/**
 * The first folder on the way to `path` that this user may not pass, or undefined when all are open. A checkout below
 * /root is the common case: root's own folder is closed to everyone else.
 */
export function closedFolder(path: string, user: SystemUser): string | undefined {
  const parents: string[] = [];
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    parents.unshift(folder);
    if (folder === dirname(folder)) {
      break;
    }
  }
  return parents.find((folder) => !mayPass(folder, user));
}

function mayPass(folder: string, { uid, gid }: SystemUser): boolean {
  const status = statSync(folder, { throwIfNoEntry: false });
  if (status === undefined) {
    // Not made yet; its maker decides.
    return true;
  }
  const bit = status.uid === uid ? 0o100 : status.gid === gid ? 0o010 : 0o001;
  return (status.mode & bit) !== 0;
}
