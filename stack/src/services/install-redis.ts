import { execFileSync } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { SetupError } from './service.ts';

const POLICY = '/usr/sbin/policy-rc.d';

/** Installs redis-server with apt-get when we are root on a Debian-like system; else names the command that does it. */
export function installRedis(say: (line: string) => void): void {
  if (process.platform === 'darwin') {
    throw new SetupError('Redis is missing: brew install redis');
  }
  if (!existsSync('/usr/bin/apt-get')) {
    throw new SetupError('Redis is missing: install redis-server 7 or newer, or set REDIS_URL');
  }
  if (process.getuid?.() !== 0) {
    throw new SetupError('Redis is missing: sudo apt-get install -y redis-server');
  }
  say('Redis is missing: apt-get install -y redis-server');
  // Debian starts a service when its package is installed, unless this file forbids it. Ours has its own port and data.
  const ownPolicy = !existsSync(POLICY);
  if (ownPolicy) {
    writeFileSync(POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  }
  try {
    install();
  } finally {
    if (ownPolicy) {
      rmSync(POLICY, { force: true });
    }
  }
}

function install(): void {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const get = (...args: string[]) => execFileSync('apt-get', args, { env, stdio: 'pipe' });
  const command = ['install', '-y', '--no-install-recommends', 'redis-server'];
  try {
    try {
      get(...command);
    } catch {
      // A fresh image has no package lists, an old one lists versions that are gone.
      get('update');
      get(...command);
    }
  } catch (error) {
    const { stderr } = error as { stderr?: Buffer };
    throw new SetupError(
      `Redis cannot be installed (${stderr?.toString().trim().split('\n').at(-1)}): apt-get install -y redis-server`,
    );
  }
}
