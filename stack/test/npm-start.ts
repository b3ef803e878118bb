import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { ROOT } from '../src/paths.ts';
import { freePort } from '../src/ports.ts';

export type NpmStart = ReturnType<typeof npmStart>;

/** `npm start` itself, with the real API and worker, beside whatever runs from this checkout. */
export function npmStart(env: NodeJS.ProcessEnv, ...args: string[]) {
  const child = spawn(process.execPath, [join(ROOT, 'stack/src/start.ts'), ...args], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said: string[] = [];
  child.stdout.on('data', (data) => said.push(String(data)));
  child.stderr.on('data', (data) => said.push(String(data)));
  const text = () => said.join('');
  return { child, text, exit: once(child, 'exit').then(([code]) => code as number | null) };
}

/** What such a one needs to have everything of its own in a directory. */
export async function startEnv(directory: string): Promise<NodeJS.ProcessEnv> {
  const ports = await Promise.all([freePort(), freePort(), freePort(), freePort()]);
  return {
    ...process.env,
    RAZAO_DIRECTORY: directory,
    PORT: String(ports[0]),
    WORKER_PORT: String(ports[1]),
    POSTGRES_PORT: String(ports[2]),
    REDIS_PORT: String(ports[3]),
    DATABASE_URL: '',
    REDIS_URL: '',
    WORKERS: '1',
    APIS: '1',
  };
}
