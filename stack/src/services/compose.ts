import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { ROOT } from '../paths.ts';
import { type Service, SetupError } from './service.ts';

const run = promisify(execFile);
let answers: Promise<boolean> | undefined;

/** True when a Docker engine answers within three seconds and knows `compose`; asked once. */
export function composeAnswers(): Promise<boolean> {
  answers ??= Promise.all([
    run('docker', ['info'], { timeout: 3000 }),
    run('docker', ['compose', 'version'], { timeout: 3000 }),
  ]).then(
    () => true,
    () => false,
  );
  return answers;
}

/** Runs one service of docker-compose.yml and waits until its health check passes. */
export async function openComposeService(
  name: string,
  url: string,
  env: Record<string, string>,
): Promise<Service> {
  const compose = async (...args: string[]) => {
    try {
      await run('docker', ['compose', ...args, name], {
        cwd: ROOT,
        env: { ...process.env, ...env },
      });
    } catch (error) {
      const { stderr } = error as { stderr?: string };
      throw new SetupError(`docker compose ${args.join(' ')} ${name} failed: ${stderr?.trim()}`);
    }
  };
  const start = () => compose('up', '-d', '--wait');
  await start();
  return {
    name,
    url,
    where: `Docker volume of the compose service ${name}`,
    pid: null,
    start,
    kill: (signal = 'SIGKILL') => compose('kill', '-s', signal),
    stop: () => compose('stop'),
  };
}
