import { readFileSync } from 'node:fs';

/**
 * The health check of a container: `node container-probe.ts <url> [<ms>] [<pid>]`, exit code 0 where the answer is 2xx.
 * Docker restarts a program that ends but not one that hangs, so one that takes the connection and stays silent for `ms` is
 * killed: a committer that hangs must not be waited for. It is a child of `pid`, which is 1 where compose says `init: true`.
 */
const [url = '', ms = '10000', pid = '1'] = process.argv.slice(2);

try {
  const answer = await fetch(url, { signal: AbortSignal.timeout(Number(ms)) });
  process.exit(answer.ok ? 0 : 1);
} catch (error) {
  if ((error as Error).name === 'TimeoutError') killChildren();
  process.exit(1);
}

function killChildren(): void {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  for (const child of children.split(' ').filter(Boolean)) {
    process.stderr.write(`${url} is silent: ${child} is killed\n`);
    process.kill(Number(child), 'SIGKILL');
  }
}
