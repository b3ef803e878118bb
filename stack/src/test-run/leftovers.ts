import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { TEST_DIRECTORY } from '../paths.ts';
import { childrenOf, commandLine, isAlive, sendSignal, waitForExit } from '../processes/alive.ts';
import { outsideFolder, postgresPlace } from '../services/postgres-place.ts';

const DEPTH_MAX = 5;

/** Kills the servers that earlier test runs left behind and deletes their data. No test may be running. */
export async function clearTestDirectory(): Promise<void> {
  await clearFolders([TEST_DIRECTORY, ...outsideTestFolders()]);
}

/** The same for the folder of one stack, wherever its Postgres keeps its data. The stack may not be running. */
export async function clearStackDirectory(directory: string): Promise<void> {
  const { data } = postgresPlace(join(directory, 'data/postgres'));
  await clearFolders([directory, data]);
  rmSync(`${data}.password`, { force: true });
}

async function clearFolders(folders: readonly string[]): Promise<void> {
  for (const folder of folders) {
    for (const pid of serverPids(folder)) {
      const victims = [pid, ...childrenOf(pid)];
      for (const victim of victims) {
        sendSignal(victim, 'SIGKILL');
      }
      await Promise.all(victims.map((victim) => waitForExit(victim, 5000)));
    }
    rmSync(folder, { recursive: true, force: true });
  }
}

function outsideTestFolders(): string[] {
  const outside = outsideFolder();
  return existsSync(outside)
    ? readdirSync(outside)
        .filter((name) => name.startsWith('razao-test-'))
        .map((name) => join(outside, name))
    : [];
}

/** The servers that run on data in this folder. */
function serverPids(folder: string, depth = 0): number[] {
  const isFolder = statSync(folder, { throwIfNoEntry: false })?.isDirectory() ?? false;
  if (depth > DEPTH_MAX || !isFolder) {
    return [];
  }
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      return serverPids(path, depth + 1);
    }
    const pid = pidIn(entry.name, path);
    const ours = pid !== null && isAlive(pid) && /postgres|redis|valkey/.test(commandLine(pid));
    return ours ? [pid] : [];
  });
}

function pidIn(name: string, path: string): number | null {
  if (name === 'postmaster.pid') {
    return Number(readFileSync(path, 'utf8').split('\n')[0]);
  }
  // Written by local-redis.ts.
  return name === 'running.json' ? Number(JSON.parse(readFileSync(path, 'utf8')).pid) : null;
}
