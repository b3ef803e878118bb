import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { PostgresPlace } from './postgres-place.ts';
import { SetupError } from './service.ts';

/** Creates the data folder when it does not exist; returns the password of the owner `razao`. */
export async function initPostgres({ binaries, data, user }: PostgresPlace): Promise<string> {
  const passwordFile = `${data}.password`;
  if (existsSync(join(data, 'PG_VERSION')) && existsSync(passwordFile)) {
    return readFileSync(passwordFile, 'utf8').trim();
  }
  mkdirSync(dirname(data), { recursive: true });
  // What lies here is a creation that was interrupted: the version file is written by initdb, the password before it.
  rmSync(data, { recursive: true, force: true });
  mkdirSync(data, { mode: 0o700 });
  writeFileSync(passwordFile, `${randomBytes(12).toString('hex')}\n`, { mode: 0o600 });
  if (user !== undefined) {
    chownSync(data, user.uid, user.gid);
    chownSync(passwordFile, user.uid, user.gid);
  }
  for (const name of ['initdb', 'postgres']) {
    chmodSync(join(binaries, 'bin', name), 0o755);
  }
  const args = [
    `--pgdata=${data}`,
    '--username=razao',
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    // Built in: text sorts alike on every machine, whatever its C library.
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--locale=C',
  ];
  try {
    await promisify(execFile)(join(binaries, 'bin/initdb'), args, { cwd: '/', ...user });
  } catch (error) {
    const { stderr } = error as { stderr?: string };
    rmSync(data, { recursive: true, force: true });
    throw new SetupError(`initdb failed: ${(stderr || String(error)).trim()}`);
  }
  return readFileSync(passwordFile, 'utf8').trim();
}
