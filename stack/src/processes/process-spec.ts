export type ProcessSpec = {
  name: string;
  /** The program, a .ts file. */
  entry: string;
  env: Record<string, string>;
  host: string;
  /** Where it answers /livez. */
  port: number;
  logFile: string;
};

export type SuperviseOptions = {
  /** Start it again when it dies, and kill it when /livez is silent. */
  restart: boolean;
  /** Called after every change of its pid. */
  onChange?: () => void;
  /** Gets every line that it writes. */
  onLine?: (line: string) => void;
  /** Gets what the supervisor has to say about it. */
  onEvent?: (text: string) => void;
  timing?: Partial<SuperviseTiming>;
};

/** The supervisor's delays and limits, in milliseconds. */
export type SuperviseTiming = {
  backoffFirstMs: number;
  backoffMaxMs: number;
  /** A process that lived this long has recovered; its next death starts at the first backoff again. */
  steadyMs: number;
  probeIntervalMs: number;
  /** Silent for this long after it had answered: killed. */
  silentMs: number;
  /** Never answered for this long after its start: killed. */
  firstAnswerMs: number;
  /** After SIGTERM it has this long before SIGKILL. */
  stopMs: number;
};

export const SUPERVISE_TIMING: SuperviseTiming = {
  backoffFirstMs: 100,
  backoffMaxMs: 5000,
  steadyMs: 30_000,
  probeIntervalMs: 1000,
  silentMs: 10_000,
  firstAnswerMs: 30_000,
  stopMs: 15_000,
};

/** A process of the stack: it can be killed, stopped and started again. */
export type ManagedProcess = {
  readonly name: string;
  readonly port: number;
  readonly url: string;
  readonly pid: number | null;
  /** How it ended last: `code 0`, `SIGKILL`; null before that. */
  readonly lastEnd: string | null;
  /** Starts it, unless it runs, and resolves when /livez answers. */
  start(): Promise<void>;
  /** SIGTERM, SIGKILL after the deadline; it stays down. Resolves when it is dead. */
  stop(): Promise<void>;
  /** Sends a signal, SIGKILL unless named, and resolves when that process is dead (at once for SIGSTOP and SIGCONT). */
  kill(signal?: NodeJS.Signals): Promise<void>;
};
