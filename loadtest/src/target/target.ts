/** A process whose use of the machine is reported. */
export type WatchedProcess = {
  name: string;
  pid: number;
  /** Count its children and theirs too: Postgres has one for each connection. */
  withDescendants: boolean;
};

/** The system under load. */
export type Target = {
  /** Where it came from, for people to read. */
  what: string;
  /** Origin of the API, without a slash at its end. */
  apiUrl: string;
  databaseUrl: string;
  redisUrl: string;
  /** The processes as they are now: one that was restarted has another pid than before. */
  processes(): WatchedProcess[];
  /** Ends what was started for this load test, and nothing else. */
  stop(): Promise<void>;
};
