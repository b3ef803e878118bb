import { execFileSync } from 'node:child_process';
import { SetupError } from './service.ts';

export type SystemUser = { uid: number; gid: number };

/** The user that Postgres must run as: nobody else unless we are root, then `postgres`, created when missing. */
export function postgresUser(): SystemUser | undefined {
  if (process.getuid?.() !== 0) {
    return undefined;
  }
  const user = lookUp();
  if (user !== undefined) {
    return user;
  }
  try {
    execFileSync('useradd', ['--system', '--user-group', '--no-create-home', 'postgres'], {
      stdio: 'pipe',
    });
  } catch (error) {
    throw new SetupError(
      `Postgres does not run as root and the user postgres cannot be created (${(error as Error).message.trim()}): useradd postgres`,
    );
  }
  return lookUp();
}

function lookUp(): SystemUser | undefined {
  try {
    const id = (flag: string) =>
      Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8', stdio: 'pipe' }));
    return { uid: id('-u'), gid: id('-g') };
  } catch {
    return undefined;
  }
}
