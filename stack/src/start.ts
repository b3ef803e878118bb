import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { awaitReady } from './await-ready.ts';
import { checkPorts } from './check-ports.ts';
import { describeStack } from './describe-stack.ts';
import { RAZAO_DIRECTORY, ROOT } from './paths.ts';
import { readRun, removeRun, sweepStaleRun, writeRun } from './run-file.ts';
import { runStack } from './run-stack.ts';
import { createSay } from './say.ts';
import { SetupError } from './services/service.ts';
import type { Stack } from './stack-options.ts';
import { readStartConfig, type StartConfig } from './start-config.ts';
import { notReadyText, readyText, runningText, storesText } from './start-text.ts';
import { onStopSignals } from './stop-signals.ts';
import { terminalLine } from './terminal-line.ts';
import { watchServices } from './watch-services.ts';

/** What a user keeps there; the environment itself wins. */
const ENV_FILE = join(ROOT, '.env');
const say = createSay();

/** `npm start`: services, migrations, API and worker, supervised until Ctrl-C. */
async function main(): Promise<void> {
  if (existsSync(ENV_FILE)) {
    process.loadEnvFile(ENV_FILE);
  }
  const running = readRun();
  if (running !== null) {
    console.log(runningText(running));
    return;
  }
  const config = readStartConfig(process.env, process.argv.slice(2));
  await sweepStaleRun();
  await checkPorts(config);
  const stopping = new AbortController();
  let stack: Stack | undefined;
  onStopSignals({
    first: () => {
      say('stopping (again: at once)');
      stopping.abort();
    },
    second: () => {
      killNow(stack);
      process.exit(1);
    },
  });
  try {
    await superviseUntil(stopping.signal, config, (started) => {
      stack = started;
    });
  } catch (error) {
    if (!stopping.signal.aborted) {
      throw error;
    }
  } finally {
    removeRun();
  }
  say('stopped');
}

async function superviseUntil(
  signal: AbortSignal,
  config: StartConfig,
  onStarted: (stack: Stack) => void,
): Promise<void> {
  let stack: Stack | undefined;
  const onEvent = (name: string, text: string) => say(`${name} ${text}`);
  const onChange = () => {
    if (stack !== undefined && !signal.aborted) {
      writeRun(describeStack(stack));
    }
  };
  stack = await runStack({
    directory: RAZAO_DIRECTORY,
    ports: {
      api: config.apiPort,
      worker: config.workerPort,
      postgres: config.postgresPort,
      redis: config.redisPort,
    },
    apis: config.apis,
    workers: config.workers,
    fromEnvironment: true,
    supervise: true,
    signal,
    say,
    onLine: (name, line) => {
      const text = terminalLine(name, line, config.verbose);
      if (text !== null) {
        console.log(text);
      }
    },
    onEvent,
    onChange,
  });
  onStarted(stack);
  const services = Object.values(stack.services);
  const endWatch = watchServices(services, { onEvent, onChange });
  // Before they are ready: the operator's commands find the stores by it.
  writeRun(describeStack(stack));
  await awaitReady(stack.processes, {
    signal,
    onUnready: (unready) => console.log(`\n${notReadyText(unready, services)}\n`),
  });
  if (!signal.aborted) {
    const logs = join(RAZAO_DIRECTORY, 'logs');
    const text = config.storesOnly
      ? storesText(services)
      : readyText(describeStack(stack), services, logs);
    console.log(`\n${text}\n`);
  }
  await aborted(signal);
  endWatch();
  await stack.stop();
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve();
    } else {
      signal.addEventListener('abort', () => resolve(), { once: true });
    }
  });
}

/** The processes die now; the services are asked to stop and do so without us. */
function killNow(stack: Stack | undefined): void {
  for (const process of stack?.processes ?? []) {
    void process.kill('SIGKILL');
  }
  for (const service of Object.values(stack?.services ?? {})) {
    void service.stop();
  }
  removeRun();
}

try {
  await main();
  process.exit(0);
} catch (error) {
  console.error(error instanceof SetupError ? error.message : error);
  process.exit(1);
}
