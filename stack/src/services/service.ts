/** A Postgres or Redis that this stack uses, whoever runs it. */
export type Service = {
  readonly name: string;
  readonly url: string;
  /** Null when it is not a process of ours (a URL from the environment, a container), or not running. */
  readonly pid: number | null;
  /** Where it keeps its data, for people to read. */
  readonly where: string;
  /** Sends a signal, SIGKILL unless named, and resolves when the process is dead (at once for SIGSTOP and SIGCONT). */
  kill(signal?: NodeJS.Signals): Promise<void>;
  /** Starts it again on the same data and port, and resolves when it answers. Does nothing while it runs. */
  start(): Promise<void>;
  /** Stops it cleanly. Does nothing for a service that is not ours. */
  stop(): Promise<void>;
};

/** A fault whose message is all that the user needs; printed without a stack trace. */
export class SetupError extends Error {
  override name = 'SetupError';
}
