import type { ManagedProcess, SuperviseTiming } from './processes/process-spec.ts';
import type { Service } from './services/service.ts';

export type StackPorts = { api: number; worker: number; postgres: number; redis: number };

export type StackOptions = {
  /** Holds data/ and logs/ of this stack. */
  directory: string;
  /** The first port of each kind; further processes count up from it. `free` finds one for each. */
  ports: StackPorts | 'free';
  apis?: number;
  workers?: number;
  /** Environment of every process, over the defaults. */
  env?: Record<string, string>;
  /** Services that run already; stop() leaves them running. What is missing is started in `directory`. */
  services?: { postgres?: Service; redis?: Service };
  /** Services may come from DATABASE_URL and REDIS_URL or from Docker, as in `npm start`. */
  fromEnvironment?: boolean;
  /** Uses a fresh database of this name on the Postgres, dropped again by stop(). */
  database?: string;
  /** Start processes again when they die or fall silent. */
  supervise?: boolean;
  timing?: Partial<SuperviseTiming>;
  /** The programs; others in tests of the stack itself. */
  entries?: { api: string; worker: string };
  /** Ends a start that is under way. */
  signal?: AbortSignal;
  say?: (line: string) => void;
  /** Gets every line that a process writes. */
  onLine?: (name: string, line: string) => void;
  /** Gets what the supervisor has to say about a process. */
  onEvent?: (name: string, text: string) => void;
  /** Called after every change of a pid. */
  onChange?: () => void;
};

export type Stack = {
  apiUrls: string[];
  workerUrls: string[];
  databaseUrl: string;
  redisUrl: string;
  services: { postgres: Service; redis: Service };
  /** APIs, then workers. */
  processes: ManagedProcess[];
  apis: ManagedProcess[];
  workers: ManagedProcess[];
  /** APIs first, so that nothing more is accepted; then workers; then the services that this stack started. */
  stop(): Promise<void>;
};
