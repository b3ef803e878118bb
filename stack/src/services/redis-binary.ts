import { execFileSync } from 'node:child_process';
import { SetupError } from './service.ts';
import { systemProgram } from './system-program.ts';

const VERSION_MIN = 7;
const REDIS = {
  name: 'Redis',
  debian: 'redis-server',
  brew: 'redis',
  otherwise: 'install redis-server 7 or newer, or set REDIS_URL',
};

/** A Redis 7 or Valkey server on this machine; installed with apt-get where that is possible without asking. */
export function redisBinary(say: (line: string) => void = () => {}): string {
  const binary = systemProgram(['redis-server', 'valkey-server'], REDIS, say);
  const text = execFileSync(binary, ['--version'], { encoding: 'utf8' });
  const major = Number(/v=(\d+)\./.exec(text)?.[1]);
  if (!(major >= VERSION_MIN)) {
    throw new SetupError(
      `${binary} is version ${major}, 7 or newer is needed: install one, or set REDIS_URL`,
    );
  }
  return binary;
}
