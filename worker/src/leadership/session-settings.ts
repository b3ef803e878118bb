import {
  COMMIT_LOCK_MS_MAX,
  COMMIT_STATEMENT_MS_MAX,
  LOCK_IDLE_IN_TRANSACTION_MS,
  LOCK_IDLE_SESSION_MS,
} from '@razao/shared/contract/limits.ts';

/** What a committer's session sets when it connects, as one simple query. */
export const SESSION_SETTINGS = `
  set synchronous_commit = on;
  -- A committer that is stopped or cut off loses its lock within these times; keepalive alone would not free it.
  set idle_in_transaction_session_timeout = ${LOCK_IDLE_IN_TRANSACTION_MS};
  set idle_session_timeout = ${LOCK_IDLE_SESSION_MS};
  set tcp_user_timeout = ${LOCK_IDLE_IN_TRANSACTION_MS};
  set statement_timeout = ${COMMIT_STATEMENT_MS_MAX};
  -- Less, so that waiting for somebody's row is not taken for a commit that is too large.
  set lock_timeout = ${COMMIT_LOCK_MS_MAX};
  -- A statement over arrays, planned once and perhaps on empty tables, becomes a linear search for each element. So plan
  -- each time, and only by index: every table here is looked up by its primary key.
  set plan_cache_mode = force_custom_plan;
  set jit = off;
  set enable_seqscan = off;
  set enable_hashjoin = off;
  set enable_mergejoin = off;
  set enable_bitmapscan = off;
  -- On a standby the lock could be had, and nothing committed.
  do $$ begin
    if current_setting('transaction_read_only')::boolean then
      raise read_only_sql_transaction using message = 'this Postgres only reads';
    end if;
  end $$;
`;
