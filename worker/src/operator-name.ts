import { userInfo } from 'node:os';

/** Who runs this process: the name of the user, or the number where the system knows no name. */
export function operatorName(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.()}`;
  }
}
