import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { installRedis } from './install-redis.ts';
import { SetupError } from './service.ts';

const VERSION_MIN = 7;

/** A Redis 7 or Valkey server on this machine; installed with apt-get where that is possible without asking. */
export function redisBinary(say: (line: string) => void = () => {}): string {
  let binary = findOnPath('redis-server') ?? findOnPath('valkey-server');
  if (binary === undefined) {
    installRedis(say);
    binary = findOnPath('redis-server');
  }
  if (binary === undefined) {
    throw new SetupError('redis-server was installed but is not on PATH');
  }
  const text = execFileSync(binary, ['--version'], { encoding: 'utf8' });
  const major = Number(/v=(\d+)\./.exec(text)?.[1]);
  if (!(major >= VERSION_MIN)) {
    throw new SetupError(
      `${binary} is version ${major}, 7 or newer is needed: install one, or set REDIS_URL`,
    );
  }
  return binary;
}

function findOnPath(name: string): string | undefined {
  // sbin is missing from the PATH of many non-root shells.
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/bin', '/usr/local/bin'];
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}
