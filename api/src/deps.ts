import type { CommittersWatch } from '@razao/shared/runtime/committers-watch.ts';
import type { Logger } from '@razao/shared/runtime/log.ts';
import type { ApiMetrics } from '@razao/shared/runtime/metrics.ts';
import type { Dependencies } from '@razao/shared/runtime/operations.ts';
import type { Registry } from 'prom-client';
import type { KeyRing } from './auth/key-ring.ts';
import type { Database } from './database.ts';
import type { Intake } from './intake/intake.ts';
import type { LedgerDirectory } from './ledgers/ledger-directory.ts';
import type { TransactionLookup } from './transactions/lookup.ts';
import type { Waiters } from './waiting/waiters.ts';

/** What a handler may touch. */
export type Deps = {
  keys: KeyRing;
  database: Database;
  ledgers: LedgerDirectory;
  /** The intake of a shard. */
  intake(shard: number): Intake;
  lookup: TransactionLookup;
  waiters: Waiters;
  registry: Registry;
  metrics: ApiMetrics;
  log: Logger;
  dependencies(): Dependencies;
  committers: CommittersWatch;
  /** Why nothing may be accepted, where Postgres and Redis do not belong together; null where they do, or that is not known. */
  apart(): string | null;
  ready(): boolean;
};
