import { execFileSync } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { SetupError } from './service.ts';

const POLICY = '/usr/sbin/policy-rc.d';

/** A program of the operating system, its packages, and what helps where neither exists. */
export type SystemPackage = { name: string; debian: string; brew: string; otherwise: string };

/** Installs a package with apt-get when we are root on a Debian-like system; else names the command that does it. */
export function installPackage(wanted: SystemPackage, say: (line: string) => void): void {
  const { name, debian } = wanted;
  if (process.platform === 'darwin') {
    throw new SetupError(`${name} is missing: brew install ${wanted.brew}`);
  }
  if (!existsSync('/usr/bin/apt-get')) {
    throw new SetupError(`${name} is missing: ${wanted.otherwise}`);
  }
  if (process.getuid?.() !== 0) {
    throw new SetupError(`${name} is missing: sudo apt-get install -y ${debian}`);
  }
  say(`${name} is missing: apt-get install -y ${debian}`);
  // Debian starts a service when its package is installed, unless this file forbids it. Ours has its own port and data.
  const ownPolicy = !existsSync(POLICY);
  if (ownPolicy) {
    writeFileSync(POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  }
  try {
    install(wanted);
  } finally {
    if (ownPolicy) {
      rmSync(POLICY, { force: true });
    }
  }
}

function install({ name, debian }: SystemPackage): void {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const get = (...args: string[]) => execFileSync('apt-get', args, { env, stdio: 'pipe' });
  const command = ['install', '-y', '--no-install-recommends', debian];
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
      `${name} cannot be installed (${stderr?.toString().trim().split('\n').at(-1)}): apt-get install -y ${debian}`,
    );
  }
}
