import { execFileSync } from 'node:child_process';
import { chmodSync, closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { writeNginxConfig } from '@razao/stack/deploy/local-config.ts';
import { nginxProgram } from '@razao/stack/deploy/programs.ts';
import { freePort } from '@razao/stack/ports.ts';
import type { Stack } from '@razao/stack/stack-options.ts';
import { startServer } from './start-server.ts';

export type Front = { url: string; logFile: string; stop(): Promise<void> };

/** nginx with our own configuration before the APIs of a stack. `nginx -t` passes, else this throws. */
export async function openFront(stack: Stack, folder: string): Promise<Front> {
  const port = await freePort();
  const file = writeNginxConfig(
    folder,
    port,
    stack.apis.map((api) => `127.0.0.1:${api.port}`),
  );
  // Started as root its workers are another user.
  chmodSync(folder, 0o755);
  const args = ['-e', 'stderr', '-p', folder, '-c', file];
  const logFile = join(folder, 'nginx.log');
  const log = openSync(logFile, 'a');
  execFileSync(nginxProgram(), [...args, '-t'], { stdio: ['ignore', log, log] });
  closeSync(log);
  const url = `http://127.0.0.1:${port}`;
  const server = await startServer(nginxProgram(), [...args, '-g', 'daemon off;'], {
    url: `${url}/livez`,
    logFile,
  });
  return { url, logFile, stop: () => server.stop() };
}
