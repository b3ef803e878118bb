import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ROOT } from './paths.ts';
import { sendSignal, waitForExit } from './processes/alive.ts';
import { probe } from './processes/probe.ts';
import { copyLines, openLog } from './processes/process-log.ts';
import {
  type ManagedProcess,
  type ProcessSpec,
  SUPERVISE_TIMING,
  type SuperviseOptions,
  type SuperviseTiming,
} from './processes/process-spec.ts';
import { SetupError } from './services/service.ts';

const LEASH = join(ROOT, 'stack/src/processes/leash.ts');

/** A start is given up after so many deaths without an answer; the supervisor itself goes on trying. */
const START_DEATHS_MAX = 3;

/**
 * Runs one process of the stack. Its states: DOWN (not started, or stopped on purpose), RUNNING (spawned; answered says
 * whether /livez ever did), WAITING (died, the backoff before its next start runs). A death moves RUNNING to WAITING when
 * it is to be restarted, else to DOWN; stop() moves any state to DOWN; start() moves DOWN or WAITING to RUNNING.
 */
export class SupervisedProcess implements ManagedProcess {
  readonly name: string;
  readonly port: number;
  readonly url: string;
  readonly #spec: ProcessSpec;
  readonly #options: SuperviseOptions;
  readonly #timing: SuperviseTiming;
  #child: ChildProcess | null = null;
  #lastEnd: string | null = null;
  #wanted = false;
  #deaths = 0;
  #answered = false;
  #backoffMs: number;
  #restart: NodeJS.Timeout | undefined;

  constructor(spec: ProcessSpec, options: SuperviseOptions) {
    this.name = spec.name;
    this.port = spec.port;
    this.url = `http://${spec.host}:${spec.port}`;
    this.#spec = spec;
    this.#options = options;
    this.#timing = { ...SUPERVISE_TIMING, ...options.timing };
    this.#backoffMs = this.#timing.backoffFirstMs;
  }

  get pid(): number | null {
    return this.#child?.pid ?? null;
  }

  get lastEnd(): string | null {
    return this.#lastEnd;
  }

  async start(): Promise<void> {
    this.#wanted = true;
    if (this.#child === null) {
      clearTimeout(this.#restart);
      this.#spawn();
    }
    const deadline = performance.now() + this.#timing.firstAnswerMs;
    const deathsMax = this.#deaths + (this.#options.restart ? START_DEATHS_MAX : 1);
    while (!this.#answered) {
      if (!this.#wanted) {
        throw new SetupError(`${this.name} was stopped before it answered`);
      }
      if (this.#deaths >= deathsMax) {
        throw new SetupError(`${this.name} ends as soon as it starts, see ${this.#spec.logFile}`);
      }
      if (performance.now() > deadline) {
        throw new SetupError(
          `${this.name} does not answer at ${this.url}, see ${this.#spec.logFile}`,
        );
      }
      await sleep(20);
    }
  }

  async stop(): Promise<void> {
    this.#wanted = false;
    clearTimeout(this.#restart);
    const pid = this.pid;
    if (pid === null) {
      return;
    }
    sendSignal(pid, 'SIGTERM');
    // A stopped process takes no signal but SIGKILL until it is continued.
    sendSignal(pid, 'SIGCONT');
    if (!(await waitForExit(pid, this.#timing.stopMs))) {
      this.#options.onEvent?.(`did not stop within ${this.#timing.stopMs} ms, killed`);
      sendSignal(pid, 'SIGKILL');
      await waitForExit(pid, this.#timing.stopMs);
    }
    await this.#gone(pid);
  }

  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    const pid = this.pid;
    if (pid === null) {
      return;
    }
    sendSignal(pid, signal);
    if (signal !== 'SIGSTOP' && signal !== 'SIGCONT') {
      await waitForExit(pid, this.#timing.stopMs);
      await this.#gone(pid);
    }
  }

  #spawn(): void {
    const { entry, env, logFile } = this.#spec;
    const child = spawn(process.execPath, ['--max-semi-space-size=32', '--import', LEASH, entry], {
      cwd: ROOT,
      env: { ...process.env, ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
      // A session of its own: Ctrl-C reaches the supervisor only, which then stops the processes in order.
      detached: true,
    });
    const bornAt = performance.now();
    const log = openLog(logFile);
    const onLine = this.#options.onLine ?? (() => {});
    copyLines(child.stdout, log, onLine);
    copyLines(child.stderr, log, onLine);
    child.stdin.on('error', () => {});
    child.once('error', (error) => onLine(String(error)));
    child.once('close', () => log.end());
    child.once('exit', (code, signal) => {
      this.#onDeath(signal ?? `code ${code}`, performance.now() - bornAt);
    });
    this.#child = child;
    this.#answered = false;
    this.#options.onChange?.();
    void this.#watch(child);
  }

  #onDeath(how: string, livedMs: number): void {
    this.#child = null;
    this.#lastEnd = how;
    this.#answered = false;
    this.#deaths += 1;
    this.#options.onChange?.();
    if (!this.#wanted || !this.#options.restart) {
      return;
    }
    if (livedMs >= this.#timing.steadyMs) {
      this.#backoffMs = this.#timing.backoffFirstMs;
    }
    this.#options.onEvent?.(`ended (${how}), starts again in ${this.#backoffMs} ms`);
    this.#restart = setTimeout(() => this.#spawn(), this.#backoffMs);
    this.#backoffMs = Math.min(this.#backoffMs * 2, this.#timing.backoffMaxMs);
  }

  /**
   * Adds up the time it spent asking in vain instead of reading a clock: when the supervisor itself was suspended (a closed
   * laptop), time has passed but nobody was asked.
   */
  async #watch(child: ChildProcess): Promise<void> {
    const { probeIntervalMs, silentMs, firstAnswerMs } = this.#timing;
    let silentForMs = 0;
    while (this.#child === child) {
      // Until its first answer it is asked often, so that a start takes no longer than it must.
      const intervalMs = this.#answered ? probeIntervalMs : Math.min(50, probeIntervalMs);
      const askedAt = performance.now();
      const answers = await probe(`${this.url}/livez`, probeIntervalMs);
      await sleep(Math.max(0, intervalMs - (performance.now() - askedAt)));
      if (this.#child !== child) {
        return;
      }
      this.#answered ||= answers;
      silentForMs += Math.min(performance.now() - askedAt, 2 * probeIntervalMs);
      silentForMs = answers ? 0 : silentForMs;
      const limitMs = this.#answered ? silentMs : firstAnswerMs;
      if (this.#options.restart && silentForMs >= limitMs) {
        this.#options.onEvent?.(`/livez silent for ${limitMs / 1000} s, killed`);
        child.kill('SIGKILL');
        return;
      }
    }
  }

  /** The kernel reports a death a moment before Node does; wait for our own state. */
  async #gone(pid: number): Promise<void> {
    while (this.pid === pid) {
      await sleep(5);
    }
  }
}
